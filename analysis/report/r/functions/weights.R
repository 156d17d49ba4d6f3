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
