# What R's survey package gives for random plans: reads DIR/<k>/data.csv and DIR/<k>/plan.R, a list that random_plans.py
# writes, for every k of the command line, and writes DIR/r.csv: plan, figure, quantity, value.
# Only the package's own functions, so that nothing of ours is on both sides. Rscript random_plans.R DIR K...
suppressMessages(library(survey))
old <- packageVersion("survey") < "4.2"  # measures a lonely PSU from 0 instead of from the mean under `adjust`

# By default R takes the rows of strata taken whole out of the replicates of a total, and not out of the full estimate that
# `mse` measures from.
options(warn = -1, survey.drop.replicates = FALSE)
found <- list()
put <- function(figure, ...) {
  values <- c(...)
  found[[length(found) + 1]] <<- data.frame(plan = k, figure = figure, quantity = names(values),
                                            value = sprintf("%.17g", values), stringsAsFactors = FALSE)
}

totals_frame <- function(margin) {
  levels <- as.data.frame(do.call(rbind, strsplit(names(margin$totals), "|", fixed = TRUE)), stringsAsFactors = FALSE)
  structure(cbind(levels, as.numeric(margin$totals)), names = c(margin$by, "Freq"))
}

raked <- function(design, by, frames) {  # rake ends when the full sample is raked; slower replicates need further calls
  for (again in 1:200) {
    before <- weights(design, "analysis")
    design <- rake(design, by, frames, control = list(epsilon = 1e-13, maxit = 5000))
    if (!inherits(design, "svyrep.design")) break
    after <- weights(design, "analysis")
    if (anyNA(after) || max(abs(after - before)) <= 1e-12 * max(abs(after))) break
  }
  design
}

step_of <- function(design, step) {
  by <- lapply(step$margins, function(m) as.formula(paste("~", paste(m$by, collapse = "+"))))
  frames <- lapply(step$margins, totals_frame)
  if (step$method == "poststratify") return(postStratify(design, by[[1]], frames[[1]]))
  if (step$method == "rake") return(raked(design, by, frames))
  if (step$method == "trim") {
    return(trimWeights(design, lower = step$lower, upper = step$upper, strict = step$strict))
  }
  named <- unlist(lapply(step$margins, function(m) m$by))
  x <- paste(c(named, step$numeric), collapse = "+")
  goal <- c(`(Intercept)` = sum(step$margins[[1]]$totals))
  for (m in step$margins) {
    totals <- m$totals[sort(names(m$totals))]
    goal <- c(goal, structure(totals[-1], names = paste0(m$by, names(totals)[-1])))
  }
  goal <- c(goal, step$total)
  bounds <- if (is.null(step$bounds)) c(-Inf, Inf) else step$bounds
  how <- list(design, as.formula(paste("~", x)), goal, calfun = step$method, bounds = bounds, epsilon = 1e-12, maxit = 500)
  if (inherits(design, "svyrep.design")) how$compress <- FALSE  # calibrate of given replicates stops at its own default
  made <- do.call(calibrate, how)
  if (inherits(made, "svyrep.design")) {
    missed <- apply(weights(made, "analysis"), 2, function(w) {
      max(abs(colSums(model.matrix(as.formula(paste("~", x)), made$variables) * w) - goal) / (1 + abs(goal)))
    })
    put("calibrate", missed = sum(missed > 1e-6))
  }
  made
}

design_of <- function(data, p) {
  formula <- function(names) if (length(names)) as.formula(paste("~", paste(names, collapse = "+"))) else NULL
  if (p$replicates == "given") {
    return(svrepdesign(data = data, weights = ~w, repweights = "^rep_", combined.weights = p$combined, type = "other",
                       scale = p$scale, rscales = p$rscales, mse = p$mse))
  }
  ids <- if (length(p$psu)) formula(c(p$psu, p$second)) else ~1
  made <- svydesign(ids, strata = formula(p$strata), weights = ~w, data = data, nest = TRUE, fpc = formula(p$fpc))
  if (p$replicates == "none") return(made)
  type <- c(jk1 = "JK1", jkn = "JKn", brr = if (p$rho > 0) "Fay" else "BRR")[[p$replicates]]
  if (type == "Fay") return(as.svrepdesign(made, type = type, fay.rho = p$rho, mse = p$mse))
  as.svrepdesign(made, type = type, mse = p$mse)
}

own_df <- function(part, p) {  # with replicates R counts the rank of a matrix; here PSUs minus strata of the rows
  if (!inherits(part, "svyrep.design") || p$replicates == "given") return(degf(part))
  data <- part$variables
  stratum <- if (length(p$strata)) data[[p$strata]] else rep(1, nrow(data))
  psu <- if (length(p$psu)) data[[p$psu]] else data$row
  length(unique(paste(stratum, psu))) - length(unique(stratum))
}

figure <- function(name, part, indicator, p) {
  kind <- indicator$rule
  answered <- !is.na(part$variables$.y)
  if (inherits(part, "survey.design")) answered <- answered & is.finite(part$prob)
  df <- own_df(part, p)
  if (!any(answered)) return(invisible())
  stat <- switch(kind, total = svytotal(~.y, part, na.rm = TRUE), ratio = svyratio(~.y, ~.x, part, na.rm = TRUE),
                 svymean(~.y, part, na.rm = TRUE, deff = "replace"))
  se <- as.numeric(SE(stat))
  value <- as.numeric(coef(stat))
  skip <- old && p$lonely == "adjust" && p$has_lonely && (kind == "total" || p$calibrated) && p$replicates == "none"
  put(name, estimate = value, df = df)
  if (skip) return(invisible())
  put(name, se = se)
  if (!kind %in% c("ratio", "total")) put(name, deff = as.numeric(deff(stat)))
  if (kind != "share") return(invisible())
  if (df <= 0 || value < 1e-9 || value > 1 - 1e-9 || !is.finite(se) || se < 1e-9) return(invisible())
  methods <- c("asin", "mean", "xlogit")
  # svyciprop's beta counts its own degrees of freedom; its logit is a regression of each replicate, which ends nowhere in
  # particular where a replicate has a share of 0 or 1, or negative weights.
  if (df == degf(part)) methods <- c(methods, "beta")
  if (!inherits(part, "svyrep.design") || !extreme(part)) methods <- c(methods, "logit")
  for (method in methods) for (level in p$levels) {
    ci <- tryCatch(attr(svyciprop(~.y, part, method = method, level = level, df = df, na.rm = TRUE), "ci"),
                   error = function(fault) NULL)
    if (!is.null(ci) && !anyNA(ci)) put(name, structure(as.numeric(ci), names = paste(c("lower", "upper"), method, level)))
  }
}

extreme <- function(part) {
  each <- svymean(~.y, part, na.rm = TRUE, return.replicates = TRUE)$replicates
  any(is.na(each) | each < 1e-9 | each > 1 - 1e-9) || any(weights(part, "analysis") < 0, na.rm = TRUE)
}

with_y <- function(design, indicator) {
  data <- design$variables
  design$variables$.y <- eval(indicator$y, data) + 0
  design$variables$.x <- if (is.null(indicator$x)) 1 else eval(indicator$x, data) + 0
  none <- is.na(design$variables$.x)
  design$variables$.y[none] <- NA
  design$variables$.x[is.na(design$variables$.y)] <- NA
  design
}

contrast <- function(name, design, indicator, parts, weights, p) {
  inside <- lapply(parts, function(part) eval(part, design$variables) & !is.na(design$variables$.y))
  if (inherits(design, "svyrep.design")) {
    theta <- withReplicates(design, function(w, data) {
      of <- vapply(inside, function(rows) {
        rows <- which(rows)
        if (indicator$rule == "total") sum(w[rows] * data$.y[rows])
        else sum(w[rows] * data$.y[rows]) / sum(w[rows] * data$.x[rows])
      }, 1)
      sum(of * weights)
    })
    put(name, estimate = as.numeric(theta), se = as.numeric(SE(theta)))
    return(invisible())
  }
  for (d in seq_along(inside)) {
    design$variables[[paste0(".y", d)]] <- ifelse(inside[[d]], design$variables$.y, 0)
    design$variables[[paste0(".x", d)]] <- ifelse(inside[[d]], design$variables$.x, 0)
  }
  of <- seq_along(inside)
  totals <- svytotal(as.formula(paste("~", paste0(".y", of, "+.x", of, collapse = "+"))), design)
  terms <- if (indicator$rule == "total") sprintf("%.17g * .y%d", weights, of)
           else sprintf("%.17g * .y%d / .x%d", weights, of, of)
  made <- svycontrast(totals, str2lang(paste(terms, collapse = " + ")))
  if (is.finite(coef(made))) {
    put(name, estimate = as.numeric(coef(made)))
    if (!(old && p$lonely == "adjust" && p$has_lonely && (indicator$rule == "total" || p$calibrated))) {
      put(name, se = as.numeric(SE(made)))
    }
  }
}

domains <- function(design, names) {
  if (!length(names)) return(list(everyone = rep(TRUE, nrow(design$variables))))
  level <- do.call(paste, c(unname(as.list(design$variables[names])), sep = "|"))
  level[rowSums(is.na(design$variables[names])) > 0] <- NA
  inside <- if (inherits(design, "survey.design")) is.finite(design$prob) else TRUE
  found <- sort(unique(level[inside & !is.na(level)]))
  structure(lapply(found, function(one) !is.na(level) & level == one), names = found)
}

one_plan <- function(p, data) {
  options(survey.lonely.psu = p$lonely, survey.adjust.domain.lonely = p$lonely_in_domains)
  design <- design_of(data, p)
  for (step in p$steps) design <- step_of(design, step)
  put("weights", squares = sum(weights(design, "sampling")^2), sum = sum(weights(design, "sampling")))
  if (!is.null(p$subset)) design <- subset(design, eval(p$subset))
  for (name in names(p$indicators)) {
    indicator <- p$indicators[[name]]
    made <- with_y(design, indicator)
    if (!is.null(indicator$aside)) made <- subset(made, !eval(indicator$aside))
    for (spec in p$domains) {
      inside <- domains(made, spec)
      for (level in names(inside)) {
        rows <- inside[[level]]
        tryCatch(figure(paste(name, paste(spec, collapse = ","), level), made[rows, ], indicator, p),
                 error = function(fault) put(paste(name, paste(spec, collapse = ","), level), error = NA))
      }
    }
    for (j in seq_along(indicator$contrasts)) {
      part <- indicator$contrasts[[j]]
      contrast(paste("contrast", name, j), made, indicator, part$parts, part$weights, p)
    }
  }
  for (table in p$crosstabs) {
    both <- subset(design, !is.na(data[[table[1]]][row]) & !is.na(data[[table[2]]][row]))
    live <- if (inherits(both, "survey.design")) is.finite(both$prob) else TRUE
    for (j in 1:2) {
      value <- both$variables[[table[j]]]
      both$variables[[c(".a", ".b")[j]]] <- factor(value, levels = sort(unique(value[live])))
    }
    if (old && p$lonely == "adjust" && p$has_lonely && p$calibrated && p$replicates == "none") next
    test <- tryCatch(svychisq(~.a + .b, both, statistic = "F"), error = function(fault) NULL)
    if (!is.null(test)) {
      put(paste("crosstab", table[1], table[2]), statistic = as.numeric(test$statistic),
          df_num = as.numeric(test$parameter)[1])
    }
  }
}

arguments <- commandArgs(TRUE)
for (k in arguments[-1]) {
  data <- read.csv(file.path(arguments[1], k, "data.csv"), stringsAsFactors = FALSE)
  p <- eval(parse(file.path(arguments[1], k, "plan.R"), encoding = "UTF-8"))
  tryCatch(one_plan(p, data), error = function(fault) put(paste("stopped:", conditionMessage(fault)), stopped = 1))
}
write.csv(do.call(rbind, found), file.path(arguments[1], "r.csv"), row.names = FALSE)
