# Mixed models for repeated measures from full matrices: V of all rows, P = V^-1 - V^-1 X (X'V^-1X)^-1 X'V^-1, Newton
# steps on the (restricted) likelihood to the exact optimum, derivatives of V by Richardson extrapolation (numDeriv),
# Satterthwaite and Kenward-Roger from their defining formulas, sandwiches from each person's hat matrix. Where nlme's
# gls has the structure its log-likelihood is written beside; clubSandwich checks CR2 to gls's own accuracy.
# Writes repeated.json.
suppressMessages({library(nlme); library(numDeriv); library(clubSandwich)})
source("common.R")

power <- function(s, r) outer(s, s) * r
lags <- function(m) abs(outer(seq_len(m), seq_len(m), "-"))
structures <- list(
  us = function(t, m, time) { s <- matrix(0, m, m); s[lower.tri(s, TRUE)] <- t; s + t(s) - diag(diag(s)) },
  cs = function(t, m, time) t[1] + diag(t[2], m),
  csh = function(t, m, time) { r <- matrix(t[m + 1], m, m); diag(r) <- 1; power(sqrt(t[1:m]), r) },
  ar1 = function(t, m, time) t[1] * t[2]^lags(m),
  ar1h = function(t, m, time) power(sqrt(t[1:m]), t[m + 1]^lags(m)),
  toep = function(t, m, time) toeplitz(t),
  toeph = function(t, m, time) power(sqrt(t[1:m]), toeplitz(c(1, t[-(1:m)]))),
  ad = function(t, m, time) t[1] * ante(t[-1]),
  adh = function(t, m, time) power(sqrt(t[1:m]), ante(t[-(1:m)])),
  sp_exp = function(t, m, time) t[1] * exp(-abs(outer(time, time, "-")) / t[2]))
ante <- function(r) {
  m <- length(r) + 1
  a <- diag(m)
  for (i in seq_len(m)) for (j in seq_len(m)) if (i != j) a[i, j] <- prod(r[min(i, j):(max(i, j) - 1)])
  a
}
begin <- function(name, m, v, time) {
  half <- 0.5
  sd <- rep(v, m)
  switch(name, us = (diag(v * half, m) + v * half)[lower.tri(diag(m), TRUE)], cs = c(v, v) * half, csh = c(sd, half),
    ar1 = c(v, half), ar1h = c(sd, half), toep = v * half^(0:(m - 1)), toeph = c(sd, half^(1:(m - 1))),
    ad = c(v, rep(half, m - 1)), adh = c(sd, rep(half, m - 1)), sp_exp = c(v, mean(diff(time))))
}

# One model: Newton to the optimum, then everything that is compared.
fit <- function(name, x, y, id, visit, time, group = rep(1, length(y)), w = rep(1, length(y)), reml = TRUE, full = TRUE) {
  m <- length(time); n <- length(y); p <- ncol(x)
  q <- length(begin(name, m, 1, time)); groups <- sort(unique(group))
  sigma <- function(t) unlist(lapply(seq_along(groups), function(g) structures[[name]](t[(g - 1) * q + 1:q], m, time)))
  total <- q * length(groups)
  spread <- outer(id, id, "==")
  place <- (match(group, groups) - 1) * m * m
  index <- outer(seq_len(n), seq_len(n), function(i, j) ifelse(spread[cbind(i, j)], place[i] + (visit[j] - 1) * m + visit[i], 0))
  scale <- 1 / sqrt(w)
  big <- function(values) { v <- matrix(0, n, n); k <- index > 0; v[k] <- values[index[k]]; v * outer(scale, scale) }
  state <- function(t) {
    values <- suppressWarnings(sigma(t))
    if (!all(is.finite(values))) return(NULL)
    if (min(diag(matrix(values[seq_len(m * m)], m))) < 1e-8) return(NULL)
    v <- big(values); ch <- tryCatch(chol(v), error = function(e) NULL)
    if (is.null(ch)) return(NULL)
    vi <- chol2inv(ch); a <- crossprod(x, vi %*% x); phi <- solve(a)
    b <- phi %*% crossprod(x, vi %*% y); r <- y - x %*% b
    f <- 2 * sum(log(diag(ch))) + sum(r * (vi %*% r)) + (if (reml) as.numeric(determinant(a)$modulus) else 0) +
      (n - if (reml) p else 0) * log(2 * pi)
    list(v = v, vi = vi, phi = phi, b = b, r = r, f = f, pm = vi - vi %*% x %*% phi %*% t(x) %*% vi)
  }
  slopes <- function(t, s) {
    jac <- jacobian(sigma, t)
    first <- lapply(seq_len(total), function(h) big(jac[, h]))
    elements <- seq_len(nrow(jac))
    curved <- !(name %in% c("us", "cs", "toep"))
    second <- array(0, c(length(elements), total, total))
    # Each element of the lower triangles once.
    if (curved) for (e in elements) {
      a <- (e - 1) %% m; b <- ((e - 1) %/% m) %% m; g <- (e - 1) %/% (m * m)
      second[e, , ] <- if (a >= b) hessian(function(u) sigma(u)[e], t) else 0
    }
    if (curved) for (e in elements) {
      a <- (e - 1) %% m; b <- ((e - 1) %/% m) %% m; g <- (e - 1) %/% (m * m)
      if (a < b) second[e, , ] <- second[g * m * m + a * m + b + 1, , ]
    }
    py <- s$vi %*% s$r
    pv <- lapply(first, function(d) s$pm %*% d); kv <- lapply(first, function(d) s$vi %*% d)
    g <- sapply(seq_len(total), function(h) (if (reml) sum(diag(pv[[h]])) else sum(diag(kv[[h]]))) - sum(py * (first[[h]] %*% py)))
    ob <- ex <- matrix(0, total, total)
    for (h in seq_len(total)) for (l in seq_len(h)) {
      tr <- if (reml) sum(pv[[h]] * t(pv[[l]])) else sum(kv[[h]] * t(kv[[l]]))
      o <- -tr + 2 * sum((first[[h]] %*% py) * (s$pm %*% (first[[l]] %*% py)))
      if (curved) {
        d <- big(second[, h, l]); o <- o + sum((if (reml) s$pm else s$vi) * d) - sum(py * (d %*% py))
      }
      ob[h, l] <- ob[l, h] <- o; ex[h, l] <- ex[l, h] <- tr
    }
    list(first = first, second = second, g = g, ob = ob, ex = ex, curved = curved)
  }
  t <- rep(begin(name, m, var(lm.wfit(x, y, w)$residuals), time), length(groups))
  s <- state(t)
  for (k in 1:200) {
    d <- slopes(t, s)
    convex <- min(eigen(d$ob, TRUE, TRUE)$values) > 0
    step <- -solve(if (convex) d$ob else d$ex, d$g)
    size <- sum(step * -d$g)
    for (half in 0:60) {
      s2 <- state(t + step * 0.5^half)
      if (!is.null(s2) && (s2$f <= s$f + 1e-9 || size < 1e-10)) break
    }
    t <- t + step * 0.5^half; s <- s2
    if (size < 1e-18) break
  }
  d <- slopes(t, s)
  kx <- s$vi %*% x
  pi <- lapply(d$first, function(v) -t(kx) %*% v %*% kx)
  small <- function(info) {
    wm <- 2 * solve(info)
    grad <- sapply(pi, function(m) -diag(s$phi %*% m %*% s$phi))
    df <- 2 * diag(s$phi)^2 / rowSums((grad %*% wm) * grad)
    adj <- function(curved) {
      lam <- matrix(0, p, p)
      for (h in seq_len(total)) for (l in seq_len(total)) {
        a <- t(kx) %*% d$first[[h]] %*% s$vi %*% d$first[[l]] %*% kx - pi[[h]] %*% s$phi %*% pi[[l]]
        if (curved) a <- a - t(kx) %*% big(d$second[, h, l]) %*% kx / 4
        lam <- lam + wm[h, l] * a
      }
      v <- s$phi + 2 * s$phi %*% lam %*% s$phi
      (v + t(v)) / 2
    }
    lin <- adj(FALSE); ful <- if (d$curved) adj(TRUE) else lin
    # A joint test of the last k coefficients.
    joint <- function(k) {
      l <- diag(p)[(p - k + 1):p, , drop = FALSE]
      th <- t(l) %*% solve(l %*% s$phi %*% t(l)) %*% l
      a1 <- a2 <- 0
      tp <- lapply(pi, function(m) th %*% s$phi %*% m %*% s$phi)
      for (h in seq_len(total)) for (j in seq_len(total)) {
        a1 <- a1 + wm[h, j] * sum(diag(tp[[h]])) * sum(diag(tp[[j]])); a2 <- a2 + wm[h, j] * sum(tp[[h]] * t(tp[[j]]))
      }
      b <- (a1 + 6 * a2) / (2 * k); g <- ((k + 1) * a1 - (k + 4) * a2) / ((k + 2) * a2); den <- 3 * k + 2 * (1 - g)
      c1 <- g / den; c2 <- (k - g) / den; c3 <- (k + 2 - g) / den
      es <- 1 / (1 - a2 / k); vs <- 2 / k * (1 + c1 * b) / ((1 - c2 * b)^2 * (1 - c3 * b))
      rho <- vs / (2 * es^2); mm <- 4 + (k + 2) / (k * rho - 1); lam <- mm / (es * (mm - 2))
      bl <- l %*% s$b
      ev <- eigen(l %*% s$phi %*% t(l)); u <- t(ev$vectors) %*% l
      nu <- apply(u, 1, function(c) { gr <- sapply(pi, function(m) -sum((s$phi %*% c) * (m %*% (s$phi %*% c)))); 2 * sum(c * (s$phi %*% c))^2 / sum(gr * (wm %*% gr)) })
      ee <- sum(nu / (nu - 2))
      list(kr_df = mm, kr_f = as.numeric(lam / k * t(bl) %*% solve(l %*% ful %*% t(l)) %*% bl),
        satterthwaite_df = if (k == 1) nu else 2 * ee / (ee - k),
        satterthwaite_f = as.numeric(t(bl) %*% solve(l %*% s$phi %*% t(l)) %*% bl) / k)
    }
    list(df = items(df), se_kr = items(sqrt(diag(ful))), se_kr_linear = items(sqrt(diag(lin))), joint = joint(min(3, p - 1)),
      se_theta = items(sqrt(diag(wm))))
  }
  people <- split(seq_len(n), id)
  root <- function(a, power) { e <- eigen(a, TRUE); e$vectors %*% diag(ifelse(e$values > 1e-10, e$values^power, 0), length(e$values)) %*% t(e$vectors) }
  cr <- function(kind) {
    meat <- matrix(0, p, p); parts <- list()
    for (i in people) {
      xi <- x[i, , drop = FALSE]; vi <- s$v[i, i, drop = FALSE]; ki <- s$vi[i, i, drop = FALSE]; r <- s$r[i]
      hi <- xi %*% s$phi %*% t(xi) %*% ki; k <- length(i)
      a <- switch(kind, cr0 = , cr1 = diag(k), cr3 = solve(diag(k) - hi), cr2 = {
        dd <- chol(vi)
        bi <- dd %*% (vi - xi %*% s$phi %*% t(xi)) %*% t(dd)
        t(dd) %*% root(bi, -0.5) %*% dd
      })
      u <- t(xi) %*% ki %*% a %*% r
      meat <- meat + u %*% t(u)
      parts[[length(parts) + 1]] <- list(i = i, g = t(xi) %*% ki %*% a)
    }
    count <- length(people)
    v <- s$phi %*% meat %*% s$phi * (if (kind == "cr1") count / (count - 1) else 1)
    # Satterthwaite under the model: the estimate is a sum of squares of p_i'y.
    ih <- diag(n) - x %*% s$phi %*% t(x) %*% s$vi
    df <- sapply(seq_len(p), function(j) {
      ps <- sapply(parts, function(q) { z <- numeric(n); z[q$i] <- t(q$g) %*% s$phi[, j]; t(ih) %*% z })
      om <- t(ps) %*% s$v %*% ps
      sum(diag(om))^2 / sum(om^2)
    })
    list(se = items(sqrt(diag(v))), df = items(df))
  }
  robust <- if (full) list(cr0 = cr("cr0"), cr1 = cr("cr1"), cr2 = cr("cr2"), cr3 = cr("cr3"))
  list(log_lik = -s$f / 2 , beta = items(s$b), se = items(sqrt(diag(s$phi))), theta = items(t),
    observed = small(d$ob), expected = small(d$ex), largest_score = max(abs(solve(chol(d$ob), d$g))), robust = robust)
}

bt <- cohort("btheb_long"); bt <- bt[!is.na(bt$bdi), ]
bt$treatment <- relevel(factor(bt$treatment), "TAU"); bt$length <- relevel(factor(bt$length), "<6m")
bt$fm <- factor(bt$month); bt$vis <- as.integer(bt$fm)
or <- cohort("orthodont"); or$vis <- match(or$age, c(8, 10, 12, 14))
sl <- cohort("sleepstudy"); sl$vis <- sl$days + 1
xb <- model.matrix(~ bdi_pre + drug + length + treatment * fm, bt)
xo <- model.matrix(~ age * sex, or)
xs <- model.matrix(~ days, sl)
weights <- 1 + (bt$bdi_pre %% 4) / 2 + bt$month / 8

cases <- list()
add <- function(key, dataset, call, values) {
  message(key, " ", format(values$log_lik, digits = 12), " score ", format(values$largest_score, digits = 3))
  cases[[key]] <<- case(dataset, call, values, 7)
}
for (s in names(structures)) {
  add(paste0("btheb_", s), "btheb_long", paste(s, "REML"), fit(s, xb, bt$bdi, bt$subject, bt$vis, c(2, 3, 5, 8)))
  add(paste0("orthodont_", s), "orthodont", paste(s, "REML"),
    fit(s, xo, or$distance, as.integer(factor(or$subject)), or$vis, c(8, 10, 12, 14)))
}
for (s in setdiff(names(structures), c("us", "sp_exp", "toeph", "adh")))
  add(paste0("sleepstudy_", s), "sleepstudy", paste(s, "REML"), fit(s, xs, sl$reaction, sl$subject, sl$vis, 0:9, full = FALSE))
for (s in c("us", "ar1h", "cs")) add(paste0("btheb_ml_", s), "btheb_long", paste(s, "ML"),
  fit(s, xb, bt$bdi, bt$subject, bt$vis, c(2, 3, 5, 8), reml = FALSE))
for (s in c("us", "ar1", "adh")) {
  add(paste0("btheb_by_", s), "btheb_long", paste(s, "REML, by treatment (BtheB first)"),
    fit(s, xb, bt$bdi, bt$subject, bt$vis, c(2, 3, 5, 8), group = as.integer(bt$treatment == "TAU")))
  add(paste0("btheb_weights_", s), "btheb_long", paste(s, "REML, precision weights 1 + (bdi_pre mod 4) / 2 + month / 8"),
    fit(s, xb, bt$bdi, bt$subject, bt$vis, c(2, 3, 5, 8), w = weights))
}
# Peers, at their own accuracy.
control <- glsControl(msTol = 1e-12, tolerance = 1e-10, maxIter = 500, msMaxIter = 500)
peers <- list(
  btheb_us = gls(bdi ~ bdi_pre + drug + length + treatment * fm, bt, corSymm(form = ~ vis | subject), varIdent(form = ~ 1 | fm)),
  btheb_csh = gls(bdi ~ bdi_pre + drug + length + treatment * fm, bt, corCompSymm(form = ~ vis | subject), varIdent(form = ~ 1 | fm)),
  btheb_ar1 = gls(bdi ~ bdi_pre + drug + length + treatment * fm, bt, corAR1(form = ~ vis | subject)),
  btheb_ar1h = gls(bdi ~ bdi_pre + drug + length + treatment * fm, bt, corAR1(form = ~ vis | subject), varIdent(form = ~ 1 | fm)),
  btheb_sp_exp = gls(bdi ~ bdi_pre + drug + length + treatment * fm, bt, corExp(form = ~ month | subject)))
for (key in names(peers)) {
  cases[[key]]$values$gls_log_lik <- as.numeric(logLik(peers[[key]]))
  message(key, " gls ", format(as.numeric(logLik(peers[[key]])), digits = 12))
}
club <- sqrt(diag(vcovCR(peers$btheb_us, cluster = bt$subject, type = "CR2")))
message("clubSandwich CR2 on gls, largest relative difference ",
  max(abs(club / cases$btheb_us$values$robust$cr2$se$x - 1)))
cases$btheb_us$values$club_cr2 <- items(club)
write_fixture("repeated.json", "repeated.R", c("nlme", "numDeriv", "clubSandwich"), cases,
  "Full matrices, Newton to the optimum. btheb: rows with bdi; bdi ~ bdi_pre + drug + length + treatment * factor(month), references TAU and <6m. orthodont: distance ~ age * sex. sleepstudy: reaction ~ days. theta: the structure's parameters, groups one after the other. joint: the last three coefficients (orthodont: three; sleepstudy: one). CR2: target V, clubSandwich's definition.")
