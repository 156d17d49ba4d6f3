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
