#include "CBoostMath.h"

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/fisher_f.hpp>

// After the distributions: its templates name their accessors by qualified name.
#include "Evaluation.hpp"

namespace {

using beta_law = boost::math::beta_distribution<long double, Policy>;
using binomial_law = boost::math::binomial_distribution<long double, Policy>;
using fisher_f_law = boost::math::fisher_f_distribution<long double, Policy>;

// Boost's arcsine case takes asin(sqrt(1 - x)), which loses half the digits for x near 0; by
// atan2 neither end does.
double arcsine_side(long double near, long double far) noexcept {
  const long double two_over_pi = boost::math::constants::two_div_pi<long double>();
  return static_cast<double>(two_over_pi * std::atan2(std::sqrt(near), std::sqrt(far)));
}

// The matching quantile angle: half of pi times the side's probability.
long double arcsine_angle(double side) noexcept {
  return boost::math::constants::half_pi<long double>() * side;
}

double square(long double x) noexcept { return static_cast<double>(x * x); }

}  // namespace

double boostmath_beta_density(double x, double alpha, double beta) {
  return evaluate::density(beta_law(alpha, beta), x);
}
double boostmath_beta_cumulative(double x, double alpha, double beta) {
  if (alpha == 0.5 && beta == 0.5) return arcsine_side(x, 1.0L - x);
  return evaluate::cumulative(beta_law(alpha, beta), x);
}
double boostmath_beta_upper_tail(double x, double alpha, double beta) {
  if (alpha == 0.5 && beta == 0.5) return arcsine_side(1.0L - x, x);
  return evaluate::upper_tail(beta_law(alpha, beta), x);
}
double boostmath_beta_quantile(double p, double alpha, double beta) {
  if (alpha == 0.5 && beta == 0.5) return square(std::sin(arcsine_angle(p)));
  return evaluate::quantile(beta_law(alpha, beta), p);
}
double boostmath_beta_upper_quantile(double q, double alpha, double beta) {
  if (alpha == 0.5 && beta == 0.5) return square(std::cos(arcsine_angle(q)));
  return evaluate::upper_quantile(beta_law(alpha, beta), q);
}

double boostmath_f_density(double x, double numerator, double denominator) {
  return evaluate::density(fisher_f_law(numerator, denominator), x);
}
double boostmath_f_cumulative(double x, double numerator, double denominator) {
  if (numerator == 1 && denominator == 1) return arcsine_side(x, 1);
  return evaluate::cumulative(fisher_f_law(numerator, denominator), x);
}
double boostmath_f_upper_tail(double x, double numerator, double denominator) {
  if (numerator == 1 && denominator == 1) return arcsine_side(1, x);
  return evaluate::upper_tail(fisher_f_law(numerator, denominator), x);
}
double boostmath_f_quantile(double p, double numerator, double denominator) {
  if (numerator == 1 && denominator == 1) return square(std::tan(arcsine_angle(p)));
  return evaluate::quantile(fisher_f_law(numerator, denominator), p);
}
double boostmath_f_upper_quantile(double q, double numerator, double denominator) {
  if (numerator == 1 && denominator == 1) return square(1 / std::tan(arcsine_angle(q)));
  return evaluate::upper_quantile(fisher_f_law(numerator, denominator), q);
}

double boostmath_binomial_probability(double k, double trials, double probability) {
  return evaluate::probability(binomial_law(trials, probability), k);
}
double boostmath_binomial_cumulative(double k, double trials, double probability) {
  return evaluate::cumulative(binomial_law(trials, probability), k);
}
double boostmath_binomial_upper_tail(double k, double trials, double probability) {
  return evaluate::upper_tail(binomial_law(trials, probability), k);
}
