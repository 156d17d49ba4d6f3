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
