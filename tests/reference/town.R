# Makes town.csv, a small sample of a town that does not exist, and town.json, what R's survey package gives for it.
# Run in this folder: Rscript town.R. The plans of the same cases stand in test_town.py.
suppressMessages(library(survey))
set.seed(20260301)
options(digits = 15)

psus <- data.frame(stratum = rep(c("S1", "S2", "S3", "S4", "S5"), c(4, 3, 2, 5, 1)), stringsAsFactors = FALSE)
psus$psu <- ave(seq_len(nrow(psus)), psus$stratum, FUN = seq_along)
psus$pop_psus <- c(S1 = 20, S2 = 9, S3 = 2, S4 = 40, S5 = 6)[psus$stratum]
psus$pop_homes <- sample(20:60, nrow(psus), replace = TRUE)
rows <- do.call(rbind, lapply(seq_len(nrow(psus)), function(a) {
  homes <- sample(3:5, 1)
  persons <- sample(2:5, homes, replace = TRUE)
  data.frame(psus[rep(a, sum(persons)), ], home = rep(seq_len(homes), persons), level = rnorm(1, 0, 0.5))
}))
n <- nrow(rows)
rows$w <- round(runif(n, 5, 60), 2)
rows$sex <- sample(c("F", "M"), n, replace = TRUE, prob = c(0.55, 0.45))
rows$age <- sample(c("16-39", "40-59", "60+"), n, replace = TRUE, prob = c(0.3, 0.4, 0.3))
rows$wave <- sample(1:2, n, replace = TRUE)
rows$q <- rbinom(n, 1, plogis(1.2 + rows$level + 0.5 * (rows$sex == "F")))
rows$score <- pmin(5, pmax(1, round(3.4 + rows$level + rnorm(n))))
rows$visits <- rpois(n, 2)
rows$members <- 1 + rpois(n, 1.4)
rows$dom <- sample(c("east", "west", "north"), n, replace = TRUE)
rows$dom[sample(which(rows$stratum %in% c("S1", "S4")), 5)] <- "hamlet"
rows$dom[sample(which(rows$q == 1 & rows$dom == "north"), 9)] <- "sure"
rows$q[sample(n, 7)] <- NA
rows$score[sample(n, 5)] <- NA
rows$often <- as.integer(rows$visits >= 2)
rows$level <- NULL
for (r in 1:6) rows[[paste0("rep_", r)]] <- round(rows$w * runif(n, 0.5, 1.5), 3)
rownames(rows) <- NULL
write.csv(rows, "town.csv", row.names = FALSE, quote = FALSE, na = "")
town <- read.csv("town.csv", stringsAsFactors = FALSE)

sex <- data.frame(sex = c("F", "M"), Freq = c(2600, 2400))
age <- data.frame(age = c("16-39", "40-59", "60+"), Freq = c(1600, 1900, 1500))
both <- data.frame(sex = rep(c("F", "M"), 3), age = rep(c("16-39", "40-59", "60+"), each = 2),
                   Freq = c(820, 780, 980, 920, 800, 700))
totals <- list(sex, age)

out <- list(survey = as.character(packageVersion("survey")), R = R.version.string)
put <- function(name, value) out[[name]] <<- value
share <- function(design, f = ~q, methods = c("xlogit", "asin", "beta", "mean"), level = 0.95) {
  m <- svymean(f, design, na.rm = TRUE, deff = "replace")
  ci <- lapply(methods, function(k) as.numeric(attr(svyciprop(f, design, method = k, level = level, na.rm = TRUE), "ci")))
  names(ci) <- methods
  list(estimate = as.numeric(coef(m)), se = as.numeric(SE(m)), deff = as.numeric(deff(m)), df = degf(design), ci = ci)
}
basic <- function(m, design) list(estimate = as.numeric(coef(m)), se = as.numeric(SE(m)), df = degf(design))
each <- function(design, f = ~q, by = "dom") {
  levels <- sort(unique(design$variables[[by]]))
  stats <- lapply(levels, function(d) {
    part <- design[design$variables[[by]] == d, ]
    basic(svymean(f, part, na.rm = TRUE), part)
  })
  names(stats) <- levels
  stats
}
with_lonely <- function(policy, domains, code) {
  old <- options(survey.lonely.psu = policy, survey.adjust.domain.lonely = domains)
  on.exit(options(old))
  suppressWarnings(code)
}

design <- svydesign(~psu, strata = ~stratum, weights = ~w, data = town, nest = TRUE)
design_fpc <- svydesign(~psu, strata = ~stratum, weights = ~w, data = town, nest = TRUE, fpc = ~pop_psus)
two_stage <- svydesign(~psu + home, strata = ~stratum, weights = ~w, data = town, nest = TRUE, fpc = ~pop_psus + pop_homes)
inner <- subset(design, stratum != "S5")

options(survey.lonely.psu = "fail")
put("share without the lonely stratum", share(inner))
put("mean without the lonely stratum", basic(svymean(~score, inner, na.rm = TRUE), inner))
put("total without the lonely stratum", basic(svytotal(~visits, inner), inner))
put("ratio without the lonely stratum", basic(svyratio(~visits, ~members, inner), inner))
put("domains without the lonely stratum", each(inner))

for (policy in c("remove", "certainty", "average", "adjust")) for (switch in c(FALSE, TRUE)) {
  name <- paste(policy, if (switch) "in domains too")
  put(paste("lonely", trimws(name)), with_lonely(policy, switch, list(all = share(design), dom = each(design), fpc = share(design_fpc))))
}
options(survey.lonely.psu = "remove")
put("two stages", share(two_stage))
put("two stages by domain", each(two_stage))
put("two stages total", basic(svytotal(~visits, two_stage), two_stage))

ps <- postStratify(design, ~sex + age, both)
put("poststratified", share(ps)); put("poststratified by domain", each(ps))
rk <- rake(design, list(~sex, ~age), totals, control = list(epsilon = 1e-13, maxit = 5000))
put("raked", share(rk)); put("raked by domain", each(rk)); put("raked total", basic(svytotal(~visits, rk), rk))
put("raked weights", as.numeric(weights(rk)))
population <- c(`(Intercept)` = 5000, sexM = 2400, `age40-59` = 1900, `age60+` = 1500)
with_members <- c(population, members = 12400)
for (kind in c("linear", "raking", "logit")) {
  bounds <- if (kind == "logit") c(0.3, 3) else c(-Inf, Inf)
  cal <- calibrate(design, ~sex + age, population, calfun = kind, bounds = bounds, epsilon = 1e-12, maxit = 500)
  put(paste("calibrated", kind), c(share(cal), list(weights = as.numeric(weights(cal)))))
  put(paste("calibrated", kind, "by domain"), each(cal))
}
numeric <- calibrate(design, ~sex + age + members, with_members, calfun = "raking", epsilon = 1e-12, maxit = 500)
put("calibrated with a numeric control", c(share(numeric), list(weights = as.numeric(weights(numeric)))))
bounded <- calibrate(design, ~sex + age, population, calfun = "linear", bounds = c(0.55, 1.2), epsilon = 1e-11, maxit = 500)
put("calibrated linear within bounds", c(share(bounded), list(weights = as.numeric(weights(bounded)))))
twice <- calibrate(postStratify(design, ~sex, sex), ~sex + age + members, with_members, calfun = "linear")
put("poststratified then calibrated", share(twice))
trimmed <- trimWeights(rk, lower = 8, upper = 70)
put("raked then trimmed", c(share(trimmed), list(weights = as.numeric(weights(trimmed)))))

jkn <- with_lonely("adjust", FALSE, as.svrepdesign(design, type = "JKn"))
put("jkn", basic(svymean(~q, jkn, na.rm = TRUE), design)[1:2])
jkn_average <- with_lonely("average", FALSE, as.svrepdesign(design_fpc, type = "JKn"))
put("jkn average fpc", basic(svymean(~q, jkn_average, na.rm = TRUE), design)[1:2])
jkn_inner <- as.svrepdesign(svydesign(~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = subset(town, stratum != "S5")), type = "JKn", mse = TRUE)
jkn_raked <- rake(jkn_inner, list(~sex, ~age), totals, control = list(epsilon = 1e-13, maxit = 5000))
put("jkn raked", basic(svymean(~q, jkn_raked, na.rm = TRUE), design)[1:2])
jkn_cal <- calibrate(jkn_inner, ~sex + age, population, calfun = "raking", epsilon = 1e-12, maxit = 500)
put("jkn calibrated", basic(svymean(~q, jkn_cal, na.rm = TRUE), design)[1:2])
given <- svrepdesign(data = town, weights = ~w, repweights = "rep_[0-9]", combined.weights = TRUE, type = "other", scale = 0.3, rscales = c(1, 2, 1, 0.5, 1, 1), mse = FALSE)
put("given", c(basic(svymean(~q, given, na.rm = TRUE), given), list(logit = as.numeric(attr(svyciprop(~q, given, na.rm = TRUE, df = 5), "ci")))))
given_ps <- postStratify(given, ~sex, sex)
put("given poststratified", basic(svymean(~q, given_ps, na.rm = TRUE), given_ps)[1:2])
pairs <- subset(town, stratum %in% c("S1", "S4") & psu <= 2 | stratum == "S3")
write.csv(pairs[, c("stratum", "psu", "w", "q")], "pairs.csv", row.names = FALSE, quote = FALSE, na = "")
half <- svydesign(~psu, strata = ~stratum, weights = ~w, nest = TRUE, data = pairs)
put("brr total", basic(svytotal(~q, as.svrepdesign(half, type = "BRR", mse = TRUE), na.rm = TRUE), half)[1:2])
put("fay total", basic(svytotal(~q, as.svrepdesign(half, type = "Fay", fay.rho = 0.3, mse = TRUE), na.rm = TRUE), half)[1:2])

by_dom <- svyby(~often, ~dom, inner, svymean, covmat = TRUE)
con <- svycontrast(by_dom, c(east = 1, west = -1))
put("contrast", list(estimate = as.numeric(coef(con)), se = as.numeric(SE(con))))
parts <- svytotal(~I(often * (dom == "east")) + I(0 + (dom == "east")) + I(often * (dom == "west")) + I(0 + (dom == "west")) +
                   I(often * (dom == "north")) + I(0 + (dom == "north")), rk)
names(parts) <- c("e", "ne", "w", "nw", "n", "nn")
con <- svycontrast(parts, quote(e / ne - 0.5 * w / nw - 0.5 * n / nn))
put("contrast raked", list(estimate = as.numeric(coef(con)), se = as.numeric(SE(con))))
waves <- svyby(~often, ~wave, inner, svymean, covmat = TRUE)
con <- svycontrast(waves, c(-1, 1))
put("wave change", list(estimate = as.numeric(coef(con)), se = as.numeric(SE(con))))
two <- inner; two$variables$dom2 <- ifelse(two$variables$dom %in% c("east", "west"), two$variables$dom, "rest")
chi <- svychisq(~dom2 + age, two)
put("rao-scott", list(statistic = as.numeric(chi$statistic), parameter = as.numeric(chi$parameter), p_value = as.numeric(chi$p.value)))
small <- svychisq(~q + sex, inner)
put("rao-scott two by two", list(statistic = as.numeric(small$statistic), parameter = as.numeric(small$parameter), p_value = as.numeric(small$p.value)))
dist <- svymean(~factor(score), inner, na.rm = TRUE)
put("distribution", list(estimate = as.numeric(coef(dist)), se = as.numeric(SE(dist))))

json <- function(x) {
  if (is.list(x)) paste0("{", paste(sprintf("\"%s\": %s", names(x), vapply(x, json, "")), collapse = ", "), "}")
  else if (is.character(x)) sprintf("\"%s\"", x)
  else {
    text <- ifelse(is.finite(x), formatC(x, digits = 15, format = "g"), "null")
    if (length(x) == 1) trimws(text) else paste0("[", paste(trimws(text), collapse = ", "), "]")
  }
}
lines <- vapply(names(out), function(name) sprintf(" \"%s\": %s", name, json(out[[name]])), "")
writeLines(c("{", paste(lines, collapse = ",\n"), "}"), "town.json")
