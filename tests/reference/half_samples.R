# Balanced half-samples of 2 to 36 strata: makes half_samples.csv, a sample of a town that does not exist with two PSUs a
# stratum, and half_samples.json, what R's survey gives for estimates that are not linear, so that the replicates
# themselves must be R's. Run in this folder: Rscript half_samples.R. The plans stand in test_half_samples.py.
suppressMessages(library(survey))
set.seed(20260302)
options(digits = 15)
rows <- expand.grid(resident = 1:4, psu = c("b", "a"), stratum = sample(1:36), stringsAsFactors = FALSE)
n <- nrow(rows)
rows$number <- rows$stratum
rows$stratum <- paste0("street ", rows$stratum)
rows$couple <- paste0("quarter ", (rows$number + 1) %/% 2)
rows$w <- round(runif(n, 5, 60), 2)
rows$sex <- sample(c("F", "M"), n, replace = TRUE)
rows$q <- rbinom(n, 1, 0.8)
rows$q[sample(n, 12)] <- NA
rows$visits <- rpois(n, 2)
rows$members <- 1 + rpois(n, 1.4)
write.csv(rows[, c("stratum", "number", "couple", "psu", "w", "sex", "q", "visits", "members")], "half_samples.csv",
          row.names = FALSE, quote = FALSE, na = "")
town <- read.csv("half_samples.csv", stringsAsFactors = FALSE)

figures <- function(design) {
  women <- svymean(~q, subset(design, sex == "F"), na.rm = TRUE)
  per_head <- svyratio(~visits, ~members, design)
  limits <- attr(svyciprop(~q, design, method = "logit", df = 10, na.rm = TRUE), "ci")
  c(estimate = as.numeric(coef(women)), se = as.numeric(SE(women)), ratio = as.numeric(coef(per_head)),
    ratio_se = as.numeric(SE(per_head)), lower = as.numeric(limits[1]), upper = as.numeric(limits[2]))
}
half <- function(part, strata, rho, mse) {
  design <- svydesign(~psu, strata = strata, weights = ~w, nest = TRUE, data = part)
  type <- if (rho > 0) "Fay" else "BRR"
  figures(as.svrepdesign(design, type = type, fay.rho = rho, mse = mse))
}
out <- list()
for (strata in c(2, 3, 5, 7, 8, 12, 16, 20, 24, 26, 28, 34, 36)) for (rho in c(0, 0.3)) {
  out[[sprintf("%d strata, rho %g", strata, rho)]] <- half(subset(town, number <= strata), ~stratum, rho, rho > 0)
}
town$psu <- paste(town$stratum, town$psu)
town$couple[town$number > 20] <- town$stratum[town$number > 20]
out[["four a stratum in ten quarters, two in sixteen streets"]] <- half(town, ~couple, 0, TRUE)
lines <- vapply(names(out), function(name) {
  found <- out[[name]]
  sprintf(' "%s": {%s}', name, paste(sprintf('"%s": %.15g', names(found), found), collapse = ", "))
}, "")
writeLines(c("{", paste(lines, collapse = ",\n"), "}"), "half_samples.json")
