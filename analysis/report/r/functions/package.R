# Functions of recompute.R: every figure of a wave once more, with R's survey package (4.1 or newer) and base R alone.
# Where the package has no equal of a step, it stands here as a plain function, and its comment says why.
suppressMessages(library(survey))
