# Calibration within bounds under replicate weights: where R's `survey` and this program differ, and why.
# R's calibrate stops when the full sample cannot be calibrated, but only warns when a replicate cannot: it goes on with
# the weights that survey:::grake stood at. grake takes full Newton steps and halves one only when a number is not finite.
# Three things follow, each shown by a case below:
#   a level out of reach: the weights settle. Everyone's total and the other levels hold, the first level of the factor
#     takes up what the unmet one lacks, because the design matrix has an intercept and no column for it;
#   several controls out of reach together, or within reach where the full step is too long: the steps go in circles, so
#     that what R keeps depends on whether maxit is odd or even.
# `damped`: the same steps, each halved until the largest misfit falls, meet what can be met.
# Run in this folder: Rscript bounded_replicates.R   (writes bounded_replicates.json)
suppressMessages(library(survey))
town <- read.csv("town.csv", stringsAsFactors = FALSE)
inner <- subset(town, stratum != "S5")
inner$street <- inner$stratum
design <- svydesign(~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = inner)
jackknife <- as.svrepdesign(design, type = "JKn", mse = TRUE)
totals <- c(`(Intercept)` = 5000, sexM = 2400, `age40-59` = 1900, `age60+` = 1500)
members <- c(totals, members = 12400)
street <- c(`(Intercept)` = 6500, streetS2 = 1830, streetS3 = 820, streetS4 = 2400)
cases <- list(
  "linear, all met" = list(~sex + age, totals, "linear", c(0.55, 1.6)),
  "linear, a level out of reach" = list(~street, street, "linear", c(0.8, 1.35)),
  "linear with a numeric margin, out of reach" = list(~sex + age + members, members, "linear", c(0.5, 1.18)),
  "raking with a numeric margin" = list(~sex + age + members, members, "raking", c(-Inf, Inf)),
  "raking with a numeric margin, full steps too long" = list(~sex + age + members, members, "raking", c(0.3, 1.3))
)

# grake's steps with the length halved until the largest misfit falls; the control of R's own code besides that.
damped <- function(x, weight, population, kind, bounds) {
  ratio <- function(u) pmin(pmax(if (kind == "raking") exp(u) else 1 + u, bounds[1]), bounds[2])
  slope <- function(u) {
    g <- if (kind == "raking") exp(u) else 1 + u
    ifelse(g > bounds[1] & g < bounds[2], if (kind == "raking") g else 1, 0)
  }
  size <- function(lambda) max(abs(population - colSums(x * weight * ratio(drop(x %*% lambda)))) / (1 + abs(population)))
  lambda <- rep(0, ncol(x))
  for (k in 1:500) {
    u <- drop(x %*% lambda)
    misfit <- population - colSums(x * weight * ratio(u))
    step <- MASS::ginv(crossprod(x * weight * slope(u), x), tol = 256 * .Machine$double.eps) %*% misfit
    length <- 1
    while (length > 1e-12 && size(lambda + length * step) >= size(lambda)) length <- length / 2
    if (length <= 1e-12) break
    lambda <- lambda + length * drop(step)
  }
  weight * ratio(drop(x %*% lambda))
}

error_of <- function(replicates, weight) {  # mse = TRUE
  answered <- !is.na(inner$q)
  share <- function(w) sum((w * inner$q)[answered]) / sum(w[answered])
  sqrt(jackknife$scale * sum(jackknife$rscales * (apply(replicates, 2, share) - share(weight))^2))
}

lines <- vapply(names(cases), function(name) {
  case <- cases[[name]]
  x <- model.matrix(case[[1]], inner)
  miss <- function(w) apply(w, 2, function(v) max(abs(colSums(x * v) - case[[2]]) / (1 + abs(case[[2]]))))
  made <- function(maxit) suppressWarnings(calibrate(jackknife, case[[1]], case[[2]], calfun = case[[3]],
                                                     bounds = case[[4]], epsilon = 1e-12, maxit = maxit))
  error <- function(maxit) as.numeric(SE(svymean(~q, made(maxit), na.rm = TRUE)))
  final <- made(500)
  missed <- miss(weights(final, "analysis"))
  base <- weights(jackknife, "analysis")
  own <- sapply(seq_len(ncol(base)), function(k) damped(x, base[, k], case[[2]], case[[3]], case[[4]]))
  found <- c(estimate = as.numeric(coef(svymean(~q, final, na.rm = TRUE))), se = error(500), se_maxit_501 = error(501),
             se_maxit_502 = error(502), se_damped = error_of(own, weights(final, "sampling")), missed = sum(missed > 1e-9),
             missed_damped = sum(miss(own) > 1e-9), largest = max(missed), largest_damped = max(miss(own)))
  cat(name, "\n"); print(found, digits = 10)
  sprintf(' "%s": {%s}', name, paste(sprintf('"%s": %.15g', names(found), found), collapse = ", "))
}, "")
writeLines(c("{", paste(lines, collapse = ",\n"), "}"), "bounded_replicates.json")
