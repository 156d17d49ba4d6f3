# Functions of recompute.R: every figure of a wave once more, with R's survey package (4.1 or newer) and base R alone.
# Where the package has no equal of a step, it stands here as a plain function, and its comment says why.
suppressMessages(library(survey))

# ---- Data -----------------------------------------------------------------------------------------------------------

# Every column as text; 4, 4.0 and "4" are one code; what counts as missing becomes NA.
read_answers <- function(files, missing, encoding = "UTF-8") {
  parts <- lapply(files, function(file) {
    if (encoding == "UTF-8") {
      table <- read.csv(file, colClasses = "character", na.strings = character(), check.names = FALSE,
                        encoding = "UTF-8", quote = "\"")
      names(table)[1] <- sub("^\ufeff", "", names(table)[1])
      names(table) <- gsub("^\"|\"$", "", names(table))
    } else {
      table <- read.csv(file, colClasses = "character", na.strings = character(), check.names = FALSE,
                        fileEncoding = encoding)
    }
    table
  })
  shared <- Reduce(intersect, lapply(parts, names))
  data <- do.call(rbind, lapply(parts, function(part) part[shared]))
  data[["_file"]] <- as.character(rep(seq_along(parts), vapply(parts, nrow, 1L)))
  as_codes(data, missing)
}

as_codes <- function(data, missing) {
  for (name in names(data)) {
    code <- sub("^(-?[0-9]+)\\.0+$", "\\1", trimws(data[[name]]))
    data[[name]] <- ifelse(code %in% c(missing, ""), NA, code)
  }
  data
}

number <- function(data, name) as.numeric(data[[name]])

# Several columns as one; NA where one of them is missing.
crossed <- function(data, names) {
  if (!length(names)) return(rep("all", nrow(data)))
  level <- do.call(paste, c(unname(as.list(data[names])), sep = " \u00d7 "))
  ifelse(rowSums(is.na(data[names])) > 0, NA, level)
}

# An fpc column holds population sizes (1 or more) or sampling fractions; here it becomes sizes. `unit` within `group`.
population_size <- function(fpc, unit, group) {
  if (all(fpc >= 1)) return(fpc)
  drawn <- tapply(unit, group, function(x) length(unique(x)))
  as.numeric(drawn[as.character(group)]) / fpc
}

# One over the selection probability; of a household's eligible persons, at most `cap`, some were interviewed.
selection_weight <- function(psu, unit, eligible = 1, interviewed = 1, cap = Inf) {
  pmax(pmin(eligible, cap), interviewed) / interviewed / (psu * unit)
}

# ---- Nonresponse: survey has no such step, so its weights and its part of the variance are plain R -------------------

# Adjustment classes of all sampled cases. From the last column on, classes with fewer than `minimum` respondents, or that
# would be multiplied by more than `maximum`, lose it together with their siblings.
response_of <- function(status, classes, w, minimum, maximum) {
  levels <- list(rep("all", length(w)))
  for (name in names(classes)) {
    levels[[length(levels) + 1]] <- paste0(levels[[length(levels)]], " ", name, "=", classes[[name]])
  }
  current <- levels[[length(levels)]]
  answered <- status == "respondent"
  for (depth in rev(seq_along(classes))) {
    at <- current == levels[[depth + 1]]
    cell <- levels[[depth + 1]][at]
    few <- tapply(answered[at], cell, sum) < minimum
    heavy <- tapply(w[at], cell, sum) > maximum * tapply((w * answered)[at], cell, sum)
    thin <- names(few)[few | heavy]
    merged <- levels[[depth]] %in% levels[[depth]][at][cell %in% thin]
    current[merged] <- levels[[depth]][merged]
  }
  list(status = status, class = current, answered = answered)
}

# Sums of weights of a class: respondents r, all eligible e, ineligible i, unknown u.
response_sums <- function(w, response) {
  of <- function(status) tapply(ifelse(response$status == status, w, 0), response$class, sum)
  list(r = of("respondent"), e = of("respondent") + of("nonrespondent"), i = of("ineligible"),
       u = of("unknown eligibility"))
}

nonresponse_weights <- function(w, response) {
  s <- response_sums(w, response)
  factor <- (s$e + s$i + s$u) / (s$e + s$i) * s$e / s$r
  ifelse(response$answered, w * ifelse(is.finite(factor), factor, 0)[response$class], 0)
}

respondents_of <- function(plain, response) {
  plain$prob <- 1 / nonresponse_weights(as.numeric(weights(plain, "sampling")), response)
  plain[response$answered, ]
}

# Every case moves the adjusted total of its class, (mean of the respondents) N E/(E + I) with N = E + I + U: by how much
# per unit of the sum of w e over the class. A respondent takes away its own factor, because the mean is made of them.
moved_by_case <- function(w, response) {
  s <- response_sums(w, response)
  known <- s$e + s$i
  eligible <- s$e / known + (known + s$u) * s$i / known^2
  own <- list(respondent = eligible, nonrespondent = eligible, ineligible = -s$e * s$u / known^2,
              `unknown eligibility` = s$e / known)
  factor <- (known + s$u) / known * s$e / s$r
  place <- match(response$class, names(s$r))
  per_weight <- do.call(cbind, own)[cbind(place, match(response$status, names(own)))]
  as.numeric(w * (per_weight - ifelse(response$answered, factor[place], 0)) / (factor * s$r)[place])
}

# Covariance of figures whose weighted influence among the respondents is `u` (rows x figures), over all sampled cases.
case_covariance <- function(study, u) {
  plain <- study$cases$design
  response <- study$cases$response
  e <- residuals_after(u, study$design$postStrata)
  whole <- matrix(0, length(response$class), ncol(u))
  whole[study$rows, ] <- e
  sums <- rowsum(e, response$class[study$rows])
  whole <- whole + study$cases$moved * sums[match(response$class, rownames(sums)), , drop = FALSE]
  found <- svyrecvar(whole, plain$cluster, plain$strata, plain$fpc, postStrata = NULL)
  if (!study$adjust) return(found)
  everyone <- list(rows = plain$variables$.row_number, unit = plain$variables$.unit, stratum = plain$variables$.stratum,
                   lonely_in_domains = FALSE)
  found + lonely_part(everyone, plain, whole)
}

# ---- Weights: on a design with survey's own functions ---------------------------------------------------------------

# A margin: the level of every row and the population totals of the levels.
margin <- function(data, by, totals = NULL, file = NULL) {
  if (!is.null(file)) {
    table <- as_codes(read.csv(file, colClasses = "character", check.names = FALSE, encoding = "UTF-8"), character())
    names(table)[1] <- sub("^\ufeff", "", names(table)[1])
    amount <- if ("total" %in% names(table)) "total" else "Freq"
    totals <- structure(as.numeric(table[[amount]]), names = crossed(table, by))
  }
  level <- crossed(data, by)
  list(level = level, totals = totals[names(totals) %in% level])
}

MISSING <- "(missing)"

# Rows without a level keep their share of the weights (`missing: keep`): a level of their own, whose total is that
# share. survey has no such option, but with this level its functions do just that.
with_missing <- function(margin, w) {
  absent <- is.na(margin$level)
  if (!any(absent)) return(margin)
  share <- sum(w[absent]) / sum(w)
  list(level = ifelse(absent, MISSING, margin$level),
       totals = c(margin$totals * (1 - share), structure(sum(margin$totals) * share, names = MISSING)))
}

named_margins <- function(design, step) {
  margins <- lapply(step$margins, with_missing, w = weights(design, "sampling"))
  names(margins) <- sprintf("margin_%d", seq_along(margins))
  margins
}

with_levels <- function(design, margins) {
  for (name in names(margins)) design$variables[[name]] <- margins[[name]]$level
  design
}

frequencies <- function(name, margin) {
  structure(data.frame(names(margin$totals), as.numeric(margin$totals), stringsAsFactors = FALSE),
            names = c(name, "Freq"))
}

apply_step <- function(design, step) {
  switch(step$method, poststratify = poststratify_design(design, step), rake = rake_design(design, step),
         trim = trim_design(design, step), calibrate_design(design, step))
}

poststratify_design <- function(design, step) {
  margins <- named_margins(design, step)
  postStratify(with_levels(design, margins), ~margin_1, frequencies("margin_1", margins[[1]]))
}

rake_design <- function(design, step) {
  margins <- named_margins(design, step)
  rake(with_levels(design, margins), lapply(names(margins), function(name) as.formula(paste0("~", name))),
       Map(frequencies, names(margins), margins), control = list(epsilon = 1e-12, maxit = step$max_iterations))
}

# Columns of 0 and 1 for the levels and the numeric controls, without those that follow from others, and their totals.
controls_of <- function(step, w) {
  margins <- lapply(step$margins, with_missing, w = w)
  x <- do.call(cbind, lapply(margins, function(m) outer(m$level, names(m$totals), "==") + 0))
  total <- unlist(lapply(margins, function(m) as.numeric(m$totals)))
  if (length(margins)) {
    x <- cbind(1, x)
    total <- c(sum(margins[[1]]$totals), total)
  }
  x <- cbind(x, do.call(cbind, step$numeric))
  total <- c(total, step$numeric_totals)
  found <- qr(x * sqrt(pmax(w, 0)), tol = 1e-9)
  kept <- sort(found$pivot[seq_len(found$rank)])
  list(x = x[, kept, drop = FALSE], total = total[kept])
}

calibrate_design <- function(design, step) {
  controls <- controls_of(step, weights(design, "sampling"))
  names <- sprintf("control_%d", seq_along(controls$total))
  for (k in seq_along(names)) design$variables[[names[k]]] <- controls$x[, k]
  bounds <- if (is.null(step$bounds)) c(-Inf, Inf) else step$bounds
  if (step$method == "raking" && is.null(step$bounds)) bounds <- c(0, Inf)
  suppressWarnings(calibrate(design, as.formula(paste("~ 0 +", paste(names, collapse = " + "))),
                             structure(controls$total, names = names), calfun = step$method, bounds = bounds,
                             epsilon = 1e-11, maxit = step$max_iterations))
}

# `strict` here never gives excess to a row that was cut before, which trimWeights(strict = TRUE) may do.
trim_design <- function(design, step) {
  if (!step$strict) return(trimWeights(design, lower = step$lower, upper = step$upper))
  design$prob <- 1 / trim_weights(weights(design, "sampling"), step)
  design
}

# ---- Weights: of one replicate --------------------------------------------------------------------------------------

# survey's rake, postStratify and calibrate of a replicate design take the full sample's shares and precision; here
# every replicate goes through all steps for itself.
weigh_again <- function(w, steps) {
  for (step in steps) {
    w <- switch(step$method, poststratify = poststratify_weights(w, step), rake = rake_weights(w, step),
                trim = trim_weights(w, step), calibrate_weights(w, step))
  }
  w
}

adjusted <- function(w, place, totals, levels) {
  held <- rowsum(c(w, numeric(levels)), c(place, seq_len(levels)))[, 1]
  w * ifelse(held > 0, totals / held, 1)[place]
}

poststratify_weights <- function(w, step) {
  m <- with_missing(step$margins[[1]], w)
  adjusted(w, match(m$level, names(m$totals)), m$totals, length(m$totals))
}

rake_weights <- function(w, step) {
  margins <- lapply(step$margins, with_missing, w = w)
  places <- lapply(margins, function(m) match(m$level, names(m$totals)))
  for (sweep in seq_len(step$max_iterations)) {
    before <- w
    for (k in seq_along(margins)) w <- adjusted(w, places[[k]], margins[[k]]$totals, length(margins[[k]]$totals))
    if (max(abs(w - before)) < 1e-13 * mean(abs(w))) break
  }
  w
}

calibrate_weights <- function(w, step) {
  controls <- controls_of(step, w)
  bounds <- if (is.null(step$bounds)) c(-Inf, Inf) else step$bounds
  if (step$method == "raking" && is.null(step$bounds)) bounds <- c(0, Inf)
  calfun <- list(linear = cal.linear, raking = cal.raking, logit = cal.logit)[[step$method]]
  live <- w > 0
  g <- grake(controls$x[live, , drop = FALSE], w[live], calfun, bounds = list(lower = bounds[1], upper = bounds[2]),
             population = controls$total, epsilon = 1e-12, verbose = FALSE, maxit = step$max_iterations)
  w[live] <- w[live] * as.numeric(g)
  w
}

trim_weights <- function(w, step) {
  free <- w > 0
  cut <- rep(FALSE, length(w))
  repeat {
    outside <- (free | cut) & (w < step$lower | w > step$upper)
    if (!any(outside)) return(w)
    within <- pmin(pmax(w, step$lower), step$upper)
    excess <- sum((w - within)[outside])
    cut <- cut | outside
    free <- free & !outside
    w[outside] <- within[outside]
    if (!any(free)) return(w)
    w[free] <- w[free] + excess / sum(free)
    if (!step$strict) return(w)
  }
}

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

# ---- What an indicator measures -------------------------------------------------------------------------------------

# Numerator y and denominator x of every row, who is in the base (answered), and who is set aside by a code.
measures_of <- function(data, indicator) {
  rule <- indicator$rule
  if (rule == "any") return(list(any_of(data, indicator)))
  if (rule == "ratio") return(list(ratio_of(data, indicator)))
  code <- data[[indicator$item]]
  aside <- !is.na(code) & code %in% indicator$exclude
  answered <- !is.na(code) & !aside
  if (rule == "distribution") {
    return(lapply(unique(code[answered]), function(level) {
      measured(ifelse(answered, code == level, 0) + 0, answered + 0, answered, aside, level)
    }))
  }
  value <- if (!is.null(indicator$count)) (code %in% indicator$count) + 0
           else if (!is.null(indicator$values)) as.numeric(indicator$values[code])
           else suppressWarnings(as.numeric(code))
  list(measured(ifelse(answered, value, 0), answered + 0, answered, aside))
}

measured <- function(y, x, answered, aside, category = "") {
  list(y = y, x = x, answered = answered, aside = aside, category = category)
}

any_of <- function(data, indicator) {
  codes <- data[indicator$items]
  excluded <- Reduce(`|`, lapply(codes, function(code) code %in% indicator$exclude & !is.na(code)))
  valid <- lapply(codes, function(code) !is.na(code) & !(code %in% indicator$exclude))
  chosen <- Reduce(`|`, Map(function(code, fine) fine & code %in% indicator$count, codes, valid))
  answered <- Reduce(`|`, valid)
  measured((chosen & answered) + 0, answered + 0, answered, excluded & !answered)
}

ratio_of <- function(data, indicator) {
  without <- function(name) ifelse(data[[name]] %in% indicator$exclude, NA, number(data, name))
  y <- without(indicator$numerator)
  x <- without(indicator$denominator)
  answered <- !is.na(y) & !is.na(x)
  measured(ifelse(answered, y, 0), ifelse(answered, x, 0), answered, rep(FALSE, nrow(data)))
}

is_share <- function(indicator) indicator$rule %in% c("share", "any", "distribution")

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

# ---- Comparison -----------------------------------------------------------------------------------------------------

read_table <- function(file) {
  table <- read.csv(file, na.strings = "", stringsAsFactors = FALSE, check.names = FALSE, encoding = "UTF-8",
                    colClasses = "character")
  names(table)[1] <- gsub("^\ufeff|\"", "", names(table)[1])
  names(table)[1] <- sub("^\ufeff", "", names(table)[1])
  table
}

# Difference relative to the published number, absolute for numbers below 1; Inf where only one of them is defined.
difference <- function(ours, published) {
  published <- as.numeric(published)
  ours <- as.numeric(ours)
  found <- abs(ours - published) / pmax(abs(published), 1)
  found[is.na(ours) != is.na(published)] <- Inf
  found[is.na(ours) & is.na(published)] <- 0
  found
}

text_difference <- function(ours, published) {
  ifelse(ifelse(is.na(ours), "", as.character(ours)) == ifelse(is.na(published), "", published), 0, Inf)
}

compare <- function(ours, published, keys, numbers, texts = character()) {
  key <- function(table) do.call(paste, c(lapply(keys, function(name) {
    value <- table[[name]]
    if (name == "level") sprintf("%.10f", as.numeric(value)) else ifelse(is.na(value), "", as.character(value))
  }), sep = " | "))
  place <- match(key(published), key(ours))
  rows <- data.frame(figure = key(published), stringsAsFactors = FALSE)
  for (name in numbers) rows[[name]] <- difference(ours[[name]][place], published[[name]])
  for (name in texts) rows[[name]] <- text_difference(ours[[name]][place], published[[name]])
  rows[is.na(place), c(numbers, texts)] <- Inf
  if (nrow(ours) != nrow(published)) stop("recomputed ", nrow(ours), " rows, published ", nrow(published))
  rows
}

# Prints the largest difference of each quantity, writes all of them, and ends with an error above the limit.
judge <- function(differences, limit = 1e-6, file = "differences.csv") {
  worst <- 0
  all <- NULL
  for (table in names(differences)) {
    rows <- differences[[table]]
    for (name in setdiff(names(rows), "figure")) {
      largest <- if (nrow(rows)) max(rows[[name]]) else 0
      cat(sprintf("%-10s %-12s %6d compared, largest difference %.2e\n", table, name, nrow(rows), largest))
      if (largest > limit) {
        at <- rows$figure[which.max(rows[[name]])]
        cat("    at", at, "\n")
      }
      all <- rbind(all, data.frame(table = table, figure = rows$figure, quantity = name, difference = rows[[name]]))
      worst <- max(worst, largest)
    }
  }
  write.csv(all, file, row.names = FALSE, fileEncoding = "UTF-8")
  cat(sprintf("largest difference %.2e\n", worst))
  if (worst > limit) stop("the published figures could not be recomputed to ", limit, call. = FALSE)
}
