# ---- One estimate: svymean, svyratio, svytotal ----------------------------------------------------------------------

# Estimate, standard error, replicates (or NULL) in the rows of a domain that are in the base.
estimated <- function(study, indicator, m, rows) {
  base <- rows & m$answered
  design <- study$design
  design$variables$.y <- m$y
  design$variables$.x <- m$x
  w <- study$w
  theta <- if (indicator$rule == "total") sum((w * m$y)[base]) else sum((w * m$y)[base]) / sum((w * m$x)[base])
  if (!any(base) || !is.finite(theta)) return(list(value = NA, se = NA))
  part <- design[base, ]
  again <- study$replicated
  found <- tryCatch(switch(indicator$rule,
    total = if (again) svytotal(~.y, part, return.replicates = TRUE) else svytotal(~.y, part),
    ratio = if (again) svyratio(~.y, ~.x, part, return.replicates = TRUE) else svyratio(~.y, ~.x, part),
    if (again) svymean(~.y, part, return.replicates = TRUE) else svymean(~.y, part)),
    error = function(fault) if (grepl("All replicates contained NAs", conditionMessage(fault))) NULL else stop(fault))
  if (is.null(found)) return(list(value = theta, se = NA))
  se <- as.numeric(SE(found))
  if (is.nan(se)) se <- NA  # no stratum with two PSUs
  value <- if (theta %in% c(0, 1)) theta else as.numeric(coef(found))
  influence <- w * (if (indicator$rule == "total") m$y else (m$y - value * m$x) / sum((w * m$x)[base]))
  if (!is.null(study$cases) && !again) {
    se <- sqrt(max(as.numeric(case_covariance(study, cbind(ifelse(base, influence, 0)))), 0))
  } else if (study$adjust && !is.na(se)) {
    se <- sqrt(max(se^2 + as.numeric(lonely_part(study, part, cbind(ifelse(base, influence, 0)))), 0))
  }
  if (!is.na(se) && se < 1e-7 * max(abs(value), 1e-3)) se <- 0
  list(value = value, se = se, replicates = if (again) as.numeric(found$replicates))
}

# `adjust` measures a lonely PSU from the mean of all PSUs; survey 4.1 takes 0 for that mean, which is the same for means
# and shares but not for totals or after raking. So the package leaves lonely PSUs out (`remove`), and their part of the
# covariance stands here. `influence` (rows x figures): weighted, of all rows; `design`: the rows that are kept.
lonely_part <- function(study, design, influence) {
  kept <- if (nrow(design$variables) == nrow(influence)) rep(TRUE, nrow(influence)) else study$rows %in% design$variables$.row_number
  u <- residuals_after(influence[kept, , drop = FALSE], design$postStrata)
  unit <- study$unit[kept]
  totals <- rowsum(u, unit, reorder = FALSE)
  first <- !duplicated(unit)
  stratum <- study$stratum[kept][first]
  drawn <- design$fpc$sampsize[first, 1]
  fraction <- if (is.null(design$fpc$popsize)) 0 * drawn else drawn / design$fpc$popsize[first, 1]
  centre <- colSums(totals) / sum(tapply(drawn, stratum, function(n) n[1]))
  part <- matrix(0, ncol(u), ncol(u))
  for (h in unique(stratum)) {
    here <- which(stratum == h)
    n <- drawn[here[1]]
    alone <- n == 1 || (study$lonely_in_domains && !length(design$postStrata) && length(here) == 1)
    if (!alone || fraction[here[1]] > 1 - 1e-7) next
    t <- rbind(totals[here, , drop = FALSE], matrix(0, n - length(here), ncol(u)))
    scale <- (1 - fraction[here[1]]) * (if (n > 1) n / (n - 1) else 1)
    own <- crossprod(sweep(t, 2, colMeans(t)))
    part <- part + scale * (crossprod(sweep(t, 2, centre)) - own)
  }
  part
}

# What calibration leaves of the influence, as svyrecvar does it.
residuals_after <- function(u, steps) {
  for (step in steps) {
    if (inherits(step, "greg_calibration")) u <- as.matrix(qr.resid(step$qr, u / step$w) * step$w)
    else if (inherits(step, "raking")) {
      for (sweep in 1:10) for (margin in step) {
        w <- attr(margin, "weights")
        u <- u - w * apply(u / w, 2, ave, margin)
      }
    } else {
      w <- attr(step, "weights")
      before <- attr(step, "oldweights")
      means <- rowsum(u * before / w, step) / as.vector(rowsum(before, step))
      u <- u - means[match(step, rownames(means)), , drop = FALSE] * w
    }
  }
  u
}

# PSUs minus strata among rows with weight (survey's degf); without a design the rank of the replicate weights minus 1.
degrees_of_freedom <- function(study, rows) {
  rows <- rows & study$w != 0
  if (!study$counted_on_psus) return(qr(study$multiplier[rows, , drop = FALSE], tol = 1e-5)$rank - 1)
  length(unique(study$unit[rows])) - length(unique(study$stratum[rows]))
}

# Variance against a simple random sample with replacement of as many answers (survey: deff = "replace").
design_effect <- function(study, indicator, m, base, value, se) {
  w <- study$w[base]; y <- m$y[base]; x <- m$x[base]
  live <- sum(w != 0)
  if (indicator$rule == "total") spread <- sum(w * y^2) - sum(w * y)^2 / sum(w)
  else spread <- sum(w * (y - value * x)^2) / sum(w * x)^2
  spread <- spread * sum(w)
  if (live < 2 || !is.finite(spread) || spread <= 1e-20 * max(sum(w * y^2), 1e-300)) return(NA)
  se^2 * (live - 1) / spread
}
