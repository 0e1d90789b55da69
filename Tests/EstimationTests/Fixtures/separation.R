# Reference numbers of FirthByHandTests.swift and SeparationLimitTests.swift: R 4.2.2, brglm2 0.9, MASS.
suppressPackageStartupMessages({library(brglm2); library(MASS)})
d <- data.frame(g = rep(c("a", "b", "c"), c(1, 8, 9)),
  x = c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3),
  y = c(1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 0),
  k = c(7, 0, 2, 1, 3, 0, 4, 2, 1, 5, 3, 2, 0, 1, 2, 4, 6, 1))
# With its usual steps brglmFit does not converge for the logit model.
for (m in list(
  glm(y ~ x + g, binomial, d, method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 10000, slowit = 0.5),
  glm(k ~ x + g, poisson, d, method = "brglmFit", type = "AS_mean", epsilon = 1e-14, maxit = 10000))) {
  print(coef(m), digits = 16)
  print(sqrt(diag(vcov(m))), digits = 16)
}
nb <- glm.nb(breaks ~ wool + tension, subset(warpbreaks, tension != "H"),
  control = glm.control(epsilon = 1e-14, maxit = 200))
print(c(nb$theta, nb$SE.theta, coef(nb)), digits = 14)
