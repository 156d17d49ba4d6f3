# A two-stage sample that was drawn elsewhere (drawn_sample.csv, of a town that does not exist): one of `persons` is asked
# in each dwelling; two dwellings gave no interview. Makes drawn_sample.json: the weights that R's survey gives the
# answers, and what it estimates from them. Run in this folder: Rscript drawn_sample.R. The file is uploaded in
# tests/web/test_drawn_sample.py.
suppressMessages(library(survey))
town <- read.csv("drawn_sample.csv", fileEncoding = "UTF-8", stringsAsFactors = FALSE)
names(town) <- c("dwelling", "area", "address", "stratum", "psu", "route", "known", "pi_psu", "pi_dwelling", "persons", "a1")
town$pi_person <- 1 / town$persons
town$person <- 1
asked <- subset(town, !is.na(a1))
design <- svydesign(~psu + dwelling + person, strata = ~stratum, probs = ~pi_psu + pi_dwelling + pi_person, nest = TRUE,
                    data = asked)
aware <- svymean(~I(a1 == 3), design)
rows <- sprintf('  ["%s", "%s", "%d", %.17g]', asked$stratum, asked$psu, asked$a1, weights(design))
figures <- sprintf(' "%s": %.17g,', c("total", "share", "se"), c(sum(weights(design)), coef(aware)[2], SE(aware)[2]))
writeLines(c("{", figures, ' "weights": [', paste(rows, collapse = ",\n"), " ]", "}"), "drawn_sample.json")
