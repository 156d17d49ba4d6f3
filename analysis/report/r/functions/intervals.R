# ---- Intervals ------------------------------------------------------------------------------------------------------

# p, se, df: the share; rows: rows of the domain's design; answered: rows in the base; logit_se: of the replicates.
share_interval <- function(method, level, p, se, df, rows, answered, logit_se = NULL) {
  if (is.na(p) || df <= 0) return(c(NA, NA))
  if (p <= 0 || p >= 1) return(edge_interval(p, answered, level))
  if (is.na(se) || se == 0) return(c(NA, NA))
  t <- qt((1 + level) / 2, df)
  n <- p * (1 - p) / se^2
  half <- t * se / (p * (1 - p))
  switch(method,
    mean = p + c(-1, 1) * t * se,
    xlogit = plogis(qlogis(p) + c(-1, 1) * half),
    logit = plogis(qlogis(p) + c(-1, 1) * (if (is.null(logit_se)) half else t * logit_se)),
    asin = sin(asin(sqrt(p)) + c(-1, 1) * t * se / (2 * sqrt(p * (1 - p))))^2,
    wilson = (p + t^2 / (2 * n) + c(-1, 1) * t * sqrt(p * (1 - p) / n + t^2 / (4 * n^2))) / (1 + t^2 / n),
    beta = clopper_pearson(p, n * (qt((1 + level) / 2, rows - 1) / t)^2, level),
    likelihood = likelihood_interval(p, n, t),
    "korn-graubard" = clopper_pearson(p, korn_graubard_n(p, se, df, answered, level), level))
}

clopper_pearson <- function(p, n, level) {
  if (!is.finite(n) || n <= 0) return(c(NA, NA))
  suppressWarnings(c(qbeta((1 - level) / 2, n * p, n * (1 - p) + 1), qbeta((1 + level) / 2, n * p + 1, n * (1 - p))))
}

# Korn and Graubard 1998 with the cap of the NCHS (Parker et al. 2017), which svyciprop(method = "beta") has not.
korn_graubard_n <- function(p, se, df, answered, level) {
  if (p <= 0 || p >= 1) return(answered)
  ratio <- suppressWarnings(qt((1 + level) / 2, answered - 1)) / qt((1 + level) / 2, df)
  min(answered, p * (1 - p) / se^2 * ratio^2)
}

edge_interval <- function(p, answered, level) {
  limit <- ((1 - level) / 2)^(1 / max(answered, 1))
  if (p >= 1) c(limit, 1) else c(0, 1 - limit)
}

likelihood_interval <- function(p, n, t) {
  excess <- function(q) 2 * n * (p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))) - t^2
  root <- function(inside, outside) {
    for (k in 1:200) {
      middle <- (inside + outside) / 2
      if (isTRUE(excess(middle) < 0)) inside <- middle else outside <- middle
    }
    (inside + outside) / 2
  }
  c(root(p, 0), root(p, 1))
}

# The logit scale of replicates: what svyciprop(method = "logit") fits as a regression in every replicate.
logit_error <- function(study, replicates, p) {
  inner <- suppressWarnings(qlogis(replicates))
  inner[!(replicates > 1e-9 & replicates < 1 - 1e-9)] <- NA
  sqrt(sum(deviations(study, inner, qlogis(p))^2))
}

# Scaled deviations of the replicates; replicates without a value count for nothing.
deviations <- function(study, replicates, full) {
  design <- study$design
  known <- !is.na(replicates)
  centre <- if (isTRUE(design$mse)) full else mean(replicates[known & design$rscales > 0])
  ifelse(known, (replicates - centre) * sqrt(design$scale * design$rscales), 0)
}
