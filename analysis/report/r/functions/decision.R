# ---- Publication and decision ---------------------------------------------------------------------------------------

# The rules of the NCHS (Parker et al. 2017, Vital and Health Statistics 2(175)) on the 95 % interval.
may_be_shown <- function(p, se, df, answered) {
  effective <- if (p %in% c(0, 1)) answered else min(answered, p * (1 - p) / se^2, na.rm = TRUE)
  limits <- deciding_limits(p, se, df, answered, 0.95)
  width <- limits[2] - limits[1]
  if (answered < 30 || effective < 30 || is.na(width)) return(FALSE)
  if (width <= 0.05) return(TRUE)
  width < 0.30 && p > 0 && width / p <= 1.30
}

deciding_limits <- function(p, se, df, answered, level) {
  if (df <= 0 || answered == 0 || is.na(p)) return(c(NA, NA))
  if (p <= 0 || p >= 1) return(edge_interval(p, answered, level))
  if (is.na(se)) return(c(NA, NA))
  clopper_pearson(p, korn_graubard_n(p, se, df, answered, level), level)
}

# Both limits at level 1 - 2 alpha against the unrounded target.
decide <- function(limits, target, operator) {
  if (any(is.na(limits))) return("undetermined")
  if (operator == ">") {
    if (limits[1] > target) "met" else if (limits[2] <= target) "not_met" else "undetermined"
  } else if (limits[1] >= target) "met" else if (limits[2] < target) "not_met" else "undetermined"
}

decision_of <- function(indicator, value, se, df, answered_df, answered, shown, alpha) {
  if (is.null(indicator$target)) return("none")
  if (!answered || !shown || is.na(value) || is.na(se)) return("undetermined")
  if (is_share(indicator)) {
    if (value > 0 && value < 1 && se == 0) return("undetermined")
    return(decide(deciding_limits(value, se, answered_df, answered, 1 - 2 * alpha), indicator$target, indicator$operator))
  }
  if (df <= 0 || se <= 0) return("undetermined")
  decide(value + c(-1, 1) * qt(1 - alpha, df) * se, indicator$target, indicator$operator)
}

# Verdicts that hold together (Holm 1979): "met" is one family of claims, "not met" another. errors[k] is the one-sided
# error of a verdict while k claims are open.
in_one_family <- function(table, indicators, errors) {
  figure <- paste(table$indicator, table$category, table$domain, sep = " | ")
  first <- which(!duplicated(figure) & table$decision != "none" & table$publishable == "true" &
                   !is.na(table$estimate) & !is.na(table$se))
  verdict <- function(row, alpha) {
    one <- table[row, ]
    decision_of(indicators[[one$indicator]], one$estimate, one$se, one$answered_df, one$answered_df, one$n_base, TRUE, alpha)
  }
  kept <- integer()
  for (claim in c("met", "not_met")) {
    open <- first
    while (length(open)) {
      holds <- vapply(open, function(row) verdict(row, errors[length(open)]) == claim, NA)
      if (!any(holds)) break
      kept <- c(kept, open[which(holds)[1]])
      open <- open[-which(holds)[1]]
    }
  }
  table$decision[table$decision %in% c("met", "not_met") & !(figure %in% figure[kept])] <- "undetermined"
  table
}
