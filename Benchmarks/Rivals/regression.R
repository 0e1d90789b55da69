# Times R's lm.fit or glm.fit on a design that is ready in memory: Rscript regression.R MODEL FILE REPEATS
# FILE holds doubles by columns: linear, logistic, poisson, x1 ... x12. Prints one JSON object.
arguments <- commandArgs(TRUE)
model <- arguments[1]
size <- file.info(arguments[2])$size / 8
values <- matrix(readBin(arguments[2], "double", size), ncol = 15)
count <- if (model == "linear") 10 else 12
design <- cbind(1, values[, 4:(3 + count)])
response <- values[, match(model, c("linear", "logistic", "poisson"))]
seconds <- c()
for (i in seq_len(as.integer(arguments[3]))) {
  seconds[i] <- system.time(
    fit <- switch(model,
      linear = lm.fit(design, response),
      logistic = glm.fit(design, response, family = binomial()),
      poisson = glm.fit(design, response, family = poisson())))[[3]]
}
list <- function(x) paste(format(x, digits = 17), collapse = ", ")
cat(sprintf('{"seconds": [%s], "coefficients": [%s]}\n', list(seconds), list(unname(fit$coefficients))))
