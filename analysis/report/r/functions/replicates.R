# ---- Replicates -----------------------------------------------------------------------------------------------------

# Multipliers of base weights (rows x replicates), scale and rscales. jk1, jkn: as.svrepdesign; balanced half-samples:
# brrweights; a bootstrap's draws are read from a file.
replicate_weights <- function(plain, kind, rho = 0, file = NULL) {
  if (kind %in% c("jk1", "jkn")) {
    made <- as.svrepdesign(plain, type = if (kind == "jk1") "JK1" else "JKn")
    return(list(multiplier = as.matrix(weights(made, "replication")), scale = made$scale, rscales = made$rscales))
  }
  if (kind == "brr") return(half_samples(plain$variables$.stratum, plain$variables$.unit, rho))
  table <- read.csv(file, colClasses = c(stratum = "character", psu = "character"), check.names = FALSE,
                    encoding = "UTF-8")
  place <- match(paste(plain$variables$.stratum, plain$variables$.psu, sep = "|"),
                 paste(table$stratum, table$psu, sep = "|"))
  multiplier <- as.matrix(table[, -(1:2)])[place, , drop = FALSE]
  list(multiplier = multiplier, scale = 1 / (ncol(multiplier) - 1), rscales = rep(1, ncol(multiplier)))
}

# survey's brrweights, with strata named by their place so that no locale orders them.
half_samples <- function(stratum, unit, rho) {
  place <- sprintf("%06d", rank_of_text(gsub(" \u00d7 ", ".", stratum)))
  multiplier <- as.matrix(brrweights(place, unit, fay.rho = rho, compress = FALSE, only.weights = TRUE))
  count <- ncol(multiplier)
  list(multiplier = multiplier, scale = 1 / (count * (1 - rho)^2), rscales = rep(1, count))
}

rank_of_text <- function(labels) {
  keys <- vapply(labels, function(x) paste(sprintf("%07d", utf8ToInt(enc2utf8(x))), collapse = ""), "")
  match(keys, sort(unique(keys), method = "radix"))
}

# The replicate design: every replicate weighted again by all steps.
replicate_design <- function(design, made, base, steps, mse, response = NULL) {
  w <- apply(made$multiplier * base, 2, function(one) {
    weigh_again(if (is.null(response)) one else nonresponse_weights(one, response)[response$answered], steps)
  })
  svrepdesign(data = design$variables, weights = weights(design, "sampling"), repweights = w, combined.weights = TRUE,
              type = "other", scale = made$scale, rscales = made$rscales, mse = mse)
}
