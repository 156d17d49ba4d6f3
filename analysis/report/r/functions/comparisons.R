# ---- Differences, tables, ranks -------------------------------------------------------------------------------------

# Estimates of one indicator in several domains with their covariance matrix. Totals of y and x by svytotal over the
# whole subset; the ratio's covariance by its derivatives. Replicates: products of their deviations.
together <- function(study, indicator, m, rows) {
  values <- vapply(rows, function(which) estimated(study, indicator, m, which)$value, 1)
  if (study$replicated) {
    each <- vapply(rows, function(which) {
      found <- estimated(study, indicator, m, which)
      deviations(study, found$replicates, found$value)
    }, numeric(ncol(study$multiplier)))
    return(list(value = values, covariance = crossprod(each)))
  }
  design <- study$design
  names <- character()
  for (k in seq_along(rows)) {
    base <- rows[[k]] & m$answered
    design$variables[[paste0(".y", k)]] <- ifelse(base, m$y, 0)
    design$variables[[paste0(".x", k)]] <- ifelse(base, m$x, 0)
    names <- c(names, paste0(".y", k), paste0(".x", k))
  }
  totals <- svytotal(as.formula(paste("~", paste(names, collapse = " + "))), design[study$inside, ])
  at <- coef(totals)
  slope <- matrix(0, length(rows), length(names))
  for (k in seq_along(rows)) {
    total <- indicator$rule == "total"
    slope[k, 2 * k - 1] <- if (total) 1 else 1 / at[2 * k]
    slope[k, 2 * k] <- if (total) 0 else -values[k] / at[2 * k]
  }
  covariance <- slope %*% vcov(totals) %*% t(slope)
  columns <- vapply(names, function(name) study$w * design$variables[[name]] * study$inside, numeric(length(study$w)))
  if (!is.null(study$cases)) covariance <- case_covariance(study, columns %*% t(slope))
  else if (study$adjust) covariance <- covariance + lonely_part(study, design[study$inside, ], columns %*% t(slope))
  list(value = values, covariance = covariance)
}

contrast_of <- function(study, indicator, between, weights, level) {
  m <- measures_of(study$data, indicator)[[1]]
  rows <- lapply(between, function(where) {
    keep <- study$inside
    for (name in names(where)) keep <- keep & study$data[[name]] %in% where[[name]]
    keep
  })
  both <- together(study, indicator, m, rows)
  stat <- structure(both$value, names = paste0("domain_", seq_along(rows)), var = both$covariance, statistic = "mean",
                    class = "svystat")
  df <- degrees_of_freedom(study, study$inside & !m$aside)
  if (anyNA(both$value)) return(c(estimate = NA, se = NA, df = df, lower = NA, upper = NA, p_value = NA))
  found <- svycontrast(stat, weights)
  estimate <- as.numeric(coef(found))
  se <- as.numeric(SE(found))
  if (!is.finite(se) || se < 1e-7 * max(max(abs(both$value)), 1e-3)) {
    return(c(estimate = estimate, se = if (is.finite(se)) 0 else NA, df = df, lower = NA, upper = NA, p_value = NA))
  }
  limits <- if (df > 0) estimate + c(-1, 1) * qt((1 + level) / 2, df) * se else c(NA, NA)
  c(estimate = estimate, se = se, df = df, lower = limits[1], upper = limits[2],
    p_value = if (df > 0) 2 * pt(-abs(estimate) / se, df) else NA)
}

# Every domain of each column against all others of that column, adjusted together by Holm's steps; degrees of freedom
# are those of the domain's own answers.
against_rest_of <- function(study, indicator, over, level) {
  m <- measures_of(study$data, indicator)[[1]]
  found <- do.call(rbind, lapply(over, function(name) {
    domains <- domains_of(study$data, study$inside, name)
    known <- Reduce(`|`, domains)
    rows <- lapply(names(domains), function(domain) rest_of(study, indicator, m, domains[[domain]], known, level))
    cbind(data.frame(domain = names(domains), stringsAsFactors = FALSE), as.data.frame(do.call(rbind, rows)))
  }))
  found$p_adjusted <- NA
  tested <- !is.na(found$p_value)
  found$p_adjusted[tested] <- p.adjust(found$p_value[tested], "holm")
  found
}

rest_of <- function(study, indicator, m, own, known, level) {
  both <- together(study, indicator, m, list(own, known & !own))
  df <- min(degrees_of_freedom(study, own & !m$aside), degrees_of_freedom(study, own & m$answered))
  gap <- both$value[1] - both$value[2]
  none <- c(rest = both$value[2], difference = gap, se = NA, df = df, lower = NA, upper = NA, p_value = NA)
  if (is.na(gap)) return(none)
  stat <- structure(both$value, names = c("own", "rest"), var = both$covariance, statistic = "mean", class = "svystat")
  se <- as.numeric(SE(svycontrast(stat, c(1, -1))))
  none["se"] <- se
  if (!is.finite(se) || se < 1e-7 * max(max(abs(both$value)), 1e-3)) {
    none["se"] <- if (is.finite(se)) 0 else NA
    return(none)
  }
  if (df <= 0) return(none)
  limits <- gap + c(-1, 1) * qt((1 + level) / 2, df) * se
  none[c("lower", "upper", "p_value")] <- c(limits, 2 * pt(-abs(gap) / se, df))
  none
}

# svychisq, or its formula where lonely PSUs are adjusted; degrees of freedom below are those of the rows of the table,
# or of the whole design after calibration.
crosstab_of <- function(study, row, column) {
  inside <- study$inside & !is.na(study$data[[row]]) & !is.na(study$data[[column]])
  whole <- study$calibrated && !study$replicated
  df <- if (whole) length(unique(study$unit)) - length(unique(study$stratum)) else degrees_of_freedom(study, inside)
  empty <- c(n = sum(inside), statistic = NA, df_num = NA, df_den = NA, p_value = NA)
  if (df <= 0 || length(unique(study$data[[row]][inside])) < 2 || length(unique(study$data[[column]][inside])) < 2) {
    return(empty)
  }
  design <- study$design
  design$variables$.row <- factor(study$data[[row]])
  design$variables$.column <- factor(study$data[[column]])
  part <- design[inside, ]
  part$variables$.row <- factor(part$variables$.row)
  part$variables$.column <- factor(part$variables$.column)
  if (study$adjust || (!is.null(study$cases) && !study$replicated)) {
    found <- second_order_test(study, part, inside)
  } else {
    test <- svychisq(~.row + .column, part, statistic = "F")
    found <- c(as.numeric(test$statistic), as.numeric(test$parameter)[1])
  }
  f <- found[1]
  above <- found[2]
  c(n = sum(inside), statistic = f, df_num = above, df_den = above * df, p_value = pf(f, above, above * df, lower.tail = FALSE))
}

# Rao and Scott 1984: Pearson's statistic over the sum of the design effects of the interaction, and its df above.
second_order_test <- function(study, part, inside) {
  rows <- levels(part$variables$.row)
  columns <- levels(part$variables$.column)
  grid <- expand.grid(column = seq_along(columns), row = seq_along(rows))
  place <- (match(part$variables$.row, rows) - 1) * length(columns) + match(part$variables$.column, columns)
  live <- is.finite(part$prob)
  cells <- outer(place, seq_len(nrow(grid)), "==") + 0
  cells[is.na(cells)] <- 0
  w <- ifelse(live, 1 / part$prob, 0)
  share <- colSums(w * cells) / sum(w)
  counted <- rowSums(cells)
  u <- w * (cells - outer(counted, share)) / sum(w)
  kept <- study$rows %in% part$variables$.row_number
  whole <- matrix(0, length(kept), ncol(u))
  whole[kept, ] <- u
  covariance <- if (!is.null(study$cases)) case_covariance(study, whole)
                else svyrecvar(u, part$cluster, part$strata, part$fpc, postStrata = part$postStrata) +
                  lonely_part(study, part, whole)
  n <- sum(inside)
  table <- matrix(share, length(rows), byrow = TRUE)
  expected <- outer(rowSums(table), colSums(table))
  main <- model.matrix(~ factor(grid$row) + factor(grid$column))
  all <- model.matrix(~ factor(grid$row) * factor(grid$column))
  contrast <- qr.resid(qr(main), all[, -seq_len(ncol(main)), drop = FALSE])
  inverse <- ifelse(share > 0, 1 / share, 0)
  effects <- solve(crossprod(contrast, inverse * contrast) / n,
                   crossprod(inverse * contrast, covariance %*% (inverse * contrast)))
  trace <- sum(diag(effects))
  c(n * sum((table - expected)^2 / expected) / trace, trace^2 / sum(diag(effects %*% effects)))
}

# Rank sets from pairwise tests (holm, bonferroni) or joint intervals (klein-wright-wieczorek).
ranks_of <- function(study, indicator, over, method, level) {
  m <- measures_of(study$data, indicator)[[1]]
  rows <- domains_of(study$data, study$inside, over)
  rows <- rows[vapply(rows, function(which) is.finite(estimated(study, indicator, m, which)$value), NA)]
  both <- together(study, indicator, m, rows)
  df <- vapply(rows, function(which) {
    degrees <- degrees_of_freedom(study, which & !m$aside)
    min(degrees, degrees_of_freedom(study, which & m$answered)) + 0
  }, 1)
  better <- surely_better(both$value, both$covariance, df, method, 1 - level)
  units <- length(rows)
  data.frame(domain = names(rows), estimate = both$value, se = sqrt(diag(both$covariance)),
             rank = vapply(both$value, function(one) 1 + sum(both$value > one), 1),
             lowest = 1 + colSums(better), highest = units - rowSums(better), stringsAsFactors = FALSE)
}

surely_better <- function(value, covariance, df, method, alpha) {
  units <- length(value)
  variance <- diag(covariance)
  none <- matrix(FALSE, units, units)
  if (method == "klein-wright-wieczorek") {
    half <- -ifelse(df > 0, suppressWarnings(qt(alpha / (2 * units), df)), NA) * sqrt(variance)
    return(`[<-`(none, which(outer(value - half, value + half, ">")), TRUE))
  }
  spread <- sqrt(pmax(outer(variance, variance, "+") - 2 * covariance, 0))
  z <- ifelse(spread > 0, outer(value, value, "-") / spread, 0)
  own <- variance^2 / ifelse(df > 0, df, NA)
  below <- outer(own, own, "+")
  welch <- ifelse(below != 0, outer(variance, variance, "+")^2 / below, Inf)
  p <- suppressWarnings(2 * pt(-abs(z), welch))
  p[is.na(p)] <- 1
  pairs <- units * (units - 1) / 2
  if (method == "bonferroni") return(z > 0 & p < alpha / max(pairs, 1))
  upper <- which(upper.tri(p))
  ordered <- upper[order(p[upper])]
  passed <- cumprod(p[ordered] <= alpha / (length(ordered):1)) == 1
  for (pair in ordered[passed]) {
    at <- arrayInd(pair, dim(p))
    if (z[at] > 0) none[at[1], at[2]] <- TRUE else none[at[2], at[1]] <- TRUE
  }
  none
}
