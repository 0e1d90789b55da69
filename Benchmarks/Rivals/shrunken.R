# Predicted lines of people by lme4, with conditional variances and, from Henderson's equations, prediction error variances.
#
#   Rscript Benchmarks/Rivals/shrunken.R OUT.json     (in the project's root)
suppressMessages({library(lme4); library(jsonlite)})
sleep <- read.csv("Tests/EstimationTests/Fixtures/data/sleepstudy.csv")
fit <- lmer(reaction ~ days + (days | subject), sleep, REML = TRUE,
            control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5)))
effects <- ranef(fit, condVar = TRUE)$subject
conditional <- attr(effects, "postVar")
ids <- as.character(unique(sleep$subject))
# Henderson's mixed model equations: the inverse holds the variances of (b - beta_hat, u - u_hat).
X <- getME(fit, "X"); Z <- as.matrix(getME(fit, "Z"))
D <- VarCorr(fit)$subject; q <- nlevels(getME(fit, "flist")$subject)
s2 <- sigma(fit)^2
inverse <- solve(rbind(cbind(crossprod(X), crossprod(X, Z)),
                       cbind(crossprod(Z, X), crossprod(Z) + s2 * kronecker(diag(q), solve(D))))) * s2
levels <- rownames(effects)
error <- sapply(ids, function(id) {
  place <- match(id, levels)
  k <- matrix(0, 2, ncol(inverse)); k[1, 1] <- 1; k[2, 2] <- 1
  k[1, 2 + 2 * place - 1] <- 1; k[2, 2 + 2 * place] <- 1
  sqrt(diag(k %*% inverse %*% t(k)))
})
at <- match(ids, levels)
result <- list(slope = unname(fixef(fit)[2]) + effects[at, 2], intercept = unname(fixef(fit)[1]) + effects[at, 1],
               slope_cond_se = sqrt(conditional[2, 2, at]), slope_se = unname(error[2, ]), intercept_se = unname(error[1, ]))
provenance <- list(software = R.version.string, lme4 = as.character(packageVersion("lme4")),
                   call = "lmer(reaction ~ days + (days | subject), REML = TRUE), bobyqa to 1e-12",
                   script = "Benchmarks/Rivals/shrunken.R", date = as.character(Sys.Date()))
writeLines(toJSON(list(provenance = provenance, sleepstudy = result), digits = NA, auto_unbox = TRUE, pretty = TRUE),
           commandArgs(TRUE)[1])
