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
