# ---- All figures ----------------------------------------------------------------------------------------------------

# Domains of a specification that occur in the rows of the subset: named list of rows; names as in estimates.csv.
domains_of <- function(data, inside, names) {
  if (!length(names)) return(list(" " = inside))
  level <- crossed(data, names)
  found <- unique(level[inside & !is.na(level)])
  rows <- lapply(found, function(one) inside & !is.na(level) & level == one)
  names(rows) <- vapply(rows, function(which) described(data[which(which)[1], names, drop = FALSE]), "")
  rows
}

described <- function(row) paste(names(row), unlist(row), sep = " = ", collapse = ", ")

figures <- function(study, indicators, domains, methods, levels) {
  made <- list()
  for (indicator in indicators) {
    for (m in measures_of(study$data, indicator)) {
      for (spec in domains) {
        rows <- domains_of(study$data, study$inside, spec)
        for (name in names(rows)) {
          made[[length(made) + 1]] <- figure(study, indicator, m, rows[[name]], trimws(name), methods, levels)
        }
      }
    }
    cat("  ", indicator$id, "\n")
  }
  do.call(rbind, made)
}

figure <- function(study, indicator, m, rows, domain, methods, levels) {
  base <- rows & m$answered
  found <- estimated(study, indicator, m, rows)
  value <- found$value
  se <- found$se
  answered <- sum(base)
  df <- degrees_of_freedom(study, rows & !m$aside)
  answered_df <- min(df, degrees_of_freedom(study, base))
  deff <- if (is.na(value) || is.na(se)) NA else design_effect(study, indicator, m, base, value, se)
  share <- is_share(indicator)
  shown <- answered > 0 && if (share) !is.na(value) && may_be_shown(value, se, answered_df, answered)
                           else answered >= 30 && answered_df >= 1 && !is.na(se)
  logit_se <- if (share && study$replicated && !is.na(value)) logit_error(study, found$replicates, value)
  whole <- study$calibrated && !study$replicated
  design_rows <- if (whole) nrow(study$data) else sum(rows & !m$aside)
  aside <- sum(study$w[rows & m$aside])
  held <- sum(study$w[base])
  meets <- if (is.null(indicator$target) || is.na(value)) NA
           else if (indicator$operator == ">") value > indicator$target else value >= indicator$target
  common <- data.frame(
    indicator = indicator$id, category = m$category, domain = domain, n = sum(rows), n_base = answered,
    estimate = value, se = se, df = df, answered_df = answered_df, deff = deff,
    n_effective = effective_n(share, value, se, answered, deff),
    decision = decision_of(indicator, value, se, df, answered_df, answered, shown, study$alpha),
    point_meets = if (is.na(meets)) "" else tolower(as.character(meets)),
    dk_share = if (length(indicator$exclude) && aside + held > 0 && indicator$rule != "ratio") aside / (aside + held)
               else if (length(indicator$exclude) && indicator$rule == "ratio" && held > 0) 0 else NA,
    publishable = tolower(as.character(shown)), stringsAsFactors = FALSE)
  limits <- lapply(if (share) methods else "t", function(method) lapply(levels, function(level) {
    limit <- if (share) share_interval(method, level, value, se, df, design_rows, answered, logit_se)
             else if (is.na(se) || se <= 0 || df <= 0) c(NA, NA)
             else value + c(-1, 1) * qt((1 + level) / 2, df) * se
    data.frame(method = method, level = level, lower = limit[1], upper = limit[2], stringsAsFactors = FALSE)
  }))
  cbind(common, do.call(rbind, do.call(c, limits)))
}

effective_n <- function(share, value, se, answered, deff) {
  if (is.na(value) || is.na(se)) return(if (share && value %in% c(0, 1)) answered else NA)
  if (share && value > 0 && value < 1) return(if (se > 0) value * (1 - value) / se^2 else NA)
  if (share) return(if (value %in% c(0, 1)) answered else NA)
  if (is.na(deff) || deff == 0) NA else answered / deff
}
