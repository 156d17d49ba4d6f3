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
