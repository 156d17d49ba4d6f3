# What R's survey package gives for linear trends over ordered domains of town.csv (trend.json). Run here: Rscript trend.R
suppressMessages(library(survey))
town <- read.csv("town.csv", stringsAsFactors = FALSE)
design <- svydesign(~psu, strata = ~stratum, weights = ~w, data = town, nest = TRUE)
design <- subset(design, stratum != "S5")
df <- degf(design)

trend <- function(by, scores) {
  c <- (scores - mean(scores)) / sum((scores - mean(scores))^2)
  slope <- svycontrast(by, c)
  rest <- qr.Q(qr(cbind(1, scores)), complete = TRUE)[, -(1:2), drop = FALSE]
  k <- ncol(rest)
  out <- list(slope = coef(slope), se = SE(slope))
  if (k > 0) {
    off <- t(rest) %*% coef(by)
    wald <- as.numeric(t(off) %*% solve(t(rest) %*% vcov(by) %*% rest) %*% off)
    f <- (df - k + 1) / df * wald / k
    out <- c(out, list(f = f, p_departure = pf(f, k, df - k + 1, lower.tail = FALSE)))
  }
  t <- out$slope / out$se
  c(out, list(p_value = 2 * pt(-abs(t), df), df = df))
}
often <- svyby(~often, ~age, design, svymean, covmat = TRUE)
score <- svyby(~score, ~age, subset(design, !is.na(score)), svymean, covmat = TRUE)
jkn <- as.svrepdesign(design, type = "JKn", mse = TRUE)
replicated <- svyby(~often, ~age, jkn, svymean, covmat = TRUE)
cross <- svyby(~often, ~age, subset(design, wave == 1), svymean, covmat = TRUE)
waves <- svyby(~often, ~wave, design, svymean, covmat = TRUE)
out <- list("equal steps" = trend(often, 1:3), "given scores" = trend(often, c(25, 50, 70)), "means" = trend(score, 1:3),
            "jackknife" = trend(replicated, 1:3), "first wave" = trend(cross, 1:3), "two waves" = trend(waves, 1:2))
text <- function(x) paste0("{", paste(sprintf("\"%s\": %s", names(x), trimws(formatC(as.numeric(x), digits = 15, format = "g"))), collapse = ", "), "}")
writeLines(c("{", paste(sprintf(" \"%s\": %s", names(out), vapply(out, text, "")), collapse = ",\n"), "}"), "trend.json")
