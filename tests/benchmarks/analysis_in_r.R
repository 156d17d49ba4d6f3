# The task of bench_analysis in R's survey package: Rscript analysis_in_r.R FOLDER (rows.csv, totals.csv of analysis_task.py).
# Prints one line: processor seconds, elapsed seconds, bytes of memory above the data; then shares and standard errors.
suppressMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]
rows <- read.csv(file.path(folder, "rows.csv"))
totals <- read.csv(file.path(folder, "totals.csv"))
margins <- unique(totals$margin)
items <- grep("^item_", names(rows), value = TRUE)
for (name in c("stratum", "psu", "domain", margins)) rows[[name]] <- factor(rows[[name]])
controls <- lapply(margins, function(m) {
  control <- totals[totals$margin == m, c("level", "Freq")]
  names(control)[1] <- m
  control[[m]] <- factor(control[[m]], levels = levels(rows[[m]]))
  control
})
memory <- function(name) {
  line <- grep(paste0("^", name), readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024
}
invisible(gc())
cat("5", file = "/proc/self/clear_refs")
before <- memory("VmRSS")
used <- system.time({
  design <- svydesign(~psu, strata = ~stratum, weights = ~weight, data = rows, nest = TRUE)
  raked <- rake(design, lapply(margins, function(m) as.formula(paste0("~", m))), controls,
                control = list(epsilon = 1e-10, maxit = 1000))
  found <- lapply(items, function(item) {
    f <- as.formula(paste0("~", item))
    by <- svyby(f, ~domain, raked, svyciprop, vartype = c("se", "ci"), method = "xlogit", na.rm = TRUE)
    by
  })
})
peak <- memory("VmHWM")
se <- lapply(items, function(item) {
  f <- as.formula(paste0("~", item))
  as.numeric(SE(svyby(f, ~domain, raked, svymean, na.rm = TRUE)))
})
cat(sum(used[c("user.self", "sys.self")]), used["elapsed"], peak - before, "\n")
cat(formatC(unlist(lapply(found, function(by) by[[2]])), digits = 15, format = "g"), "\n")
cat(formatC(unlist(se), digits = 15, format = "g"), "\n")
