# Times R's lm.fit or glm.fit, or geepack's geese.fit, on a design that is ready in memory:
# Rscript regression.R MODEL FILE REPEATS
# FILE holds doubles by columns: linear, logistic, poisson, x1 ... x12; for estimating equations answer, count,
# person, x1 ... x4. Prints one JSON object.
arguments <- commandArgs(TRUE)
model <- arguments[1]
size <- file.info(arguments[2])$size / 8
isGEE <- startsWith(model, "gee")
values <- matrix(readBin(arguments[2], "double", size), ncol = if (isGEE) 7 else 15)
count <- switch(model, linear = 10, logistic = 12, poisson = 12, 4)
design <- cbind(1, values[, 4:(3 + count)])
colnames(design) <- paste0("b", seq_len(ncol(design)))
response <- values[, match(model, c("linear", "logistic", "poisson"), nomatch = 1)]
if (model == "gee-poisson") response <- values[, 2]
if (isGEE) suppressMessages(library(geepack))
seconds <- c()
for (i in seq_len(as.integer(arguments[3]))) {
  seconds[i] <- system.time(
    fit <- switch(model,
      linear = lm.fit(design, response),
      logistic = glm.fit(design, response, family = binomial()),
      poisson = glm.fit(design, response, family = poisson()),
      geese.fit(design, response, id = values[, 3], corstr = "exchangeable",
        family = if (model == "gee-poisson") poisson() else binomial(), scale.fix = FALSE)))[[3]]
}
coefficients <- if (isGEE) fit$beta else fit$coefficients
list <- function(x) paste(format(x, digits = 17), collapse = ", ")
cat(sprintf('{"seconds": [%s], "coefficients": [%s]}\n', list(seconds), list(unname(coefficients))))
