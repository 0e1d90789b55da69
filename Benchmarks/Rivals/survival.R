# Times survival analyses in R: Rscript survival.R KIND FILE REPEATS; prints one JSON object. Columns are in memory.
suppressMessages(library(survival))
arguments <- commandArgs(TRUE)
kind <- arguments[1]
data <- data.table::fread(arguments[2], data.table = FALSE)
x <- as.matrix(data[, paste0("x", 1:12)])
formula <- function(left) as.formula(paste(left, "~", paste0("x", 1:12, collapse = " + ")))
seconds <- c()
control <- coxph.control()
if (kind == "cox-interval-fit") {
  y <- Surv(data$start, data$stop, data$event)
} else if (grepl("tied", kind)) {
  y <- Surv(data$day, data$event)
} else {
  y <- Surv(data$time, data$event)
}
for (i in seq_len(as.integer(arguments[3]))) {
  seconds[i] <- system.time({
    estimates <- switch(kind,
      "cox-tied-fit" = , "cox-continuous-fit" = {
        fit <- coxph.fit(x, y, NULL, NULL, NULL, control, NULL, "efron", as.character(seq_len(nrow(x))))
        c(fit$coefficients, fit$loglik[2])
      },
      "cox-interval-fit" = {
        fit <- agreg.fit(x, y, NULL, NULL, NULL, control, NULL, "efron", as.character(seq_len(nrow(x))))
        class(fit) <- "coxph"; fit$y <- y; fit$x <- x; fit$n <- nrow(x); fit$method <- "efron"
        d <- residuals(fit, type = "dfbeta", collapse = data$person, weighted = FALSE)
        c(fit$coefficients, sqrt(colSums(d^2)))
      },
      "cox-tied" = { fit <- coxph(formula("Surv(day, event)"), data); c(coef(fit), fit$loglik[2]) },
      "cox-continuous" = { fit <- coxph(formula("Surv(time, event)"), data); c(coef(fit), fit$loglik[2]) },
      "cox-interval" = {
        fit <- coxph(formula("Surv(start, stop, event)"), data, cluster = person)
        c(coef(fit), sqrt(diag(vcov(fit))))
      },
      "km" = { fit <- survfit(Surv(day, event) ~ arm, data); summary(fit, times = max(data$day), extend = TRUE)$surv })
  })[["elapsed"]]
}
cat(sprintf('{"seconds": [%s], "estimates": [%s]}\n', paste(seconds, collapse = ", "),
  paste(format(estimates, digits = 16), collapse = ", ")))
