# Times lme4's glmer (Laplace) on 100,000 made-up visits of 20,000 people: Rscript mixed_generalized.R [FILE]
# FILE, if given, is where the visits are written, so that others can be timed on the same.
suppressMessages(library(lme4))
set.seed(1)
people <- 20000
arm <- sample(c("combined", "medication", "therapy"), people, TRUE)
visits <- data.frame(id = rep(paste0("p", 1:people), each = 5), week = rep(0:4, people), arm = rep(arm, each = 5))
combined <- visits$arm == "combined"
eta <- -1.2 + 0.25 * visits$week + 0.4 * combined + 0.1 * visits$week * combined + rep(rnorm(people, 0, 1.2), each = 5)
visits$y <- rbinom(nrow(visits), 1, plogis(eta))
arguments <- commandArgs(TRUE)
if (length(arguments) > 0) write.csv(visits, arguments[1], row.names = FALSE, quote = FALSE)
seconds <- system.time(fit <- glmer(y ~ week * arm + (1 | id), visits, binomial()))[["elapsed"]]
cat(sprintf('{"seconds": %.3f, "log_lik": %.6f}\n', seconds, logLik(fit)))
