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
