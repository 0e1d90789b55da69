#include "CBoostMath.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/log1p.hpp>

// After the distributions: its templates name their accessors by qualified name.
#include "Evaluation.hpp"

namespace {

using chi_squared_law = boost::math::chi_squared_distribution<long double, Policy>;
using gamma_law = boost::math::gamma_distribution<long double, Policy>;
using poisson_law = boost::math::poisson_distribution<long double, Policy>;

// What Boost's gamma tails must be multiplied by when the shape is large.
//
// Away from the mean those tails are the prefix x^a e^-x / Gamma(a) times a series or continued
// fraction, and the prefix raises a rounded quotient to the power a: a relative error of a
// roundings, 4e-13 at a = 1e7 even in long double. The prefix by Stirling's series about the mean,
// sqrt(a / 2 pi) exp(a (log(1 + m) - m) - 1/(12 a) + 1/(360 a^3)) with m = (x - a) / a, has no such
// step (Loader 2000, "Fast and accurate computation of binomial probabilities"). Near the mean,
// where Boost uses Temme's expansion, both prefixes agree and the ratio is 1.
long double large_shape_correction(long double a, long double x) noexcept {
  if (a < 1e5L || !(x > 0) || std::isinf(x)) return 1;
  const long double boost_prefix = x * boost::math::gamma_p_derivative(a, x, Policy());
  const long double exponent = a * boost::math::log1pmx((x - a) / a, Policy()) - 1 / (12 * a) +
                               1 / (360 * a * a * a);
  const long double prefix =
      std::sqrt(a / boost::math::constants::two_pi<long double>()) * std::exp(exponent);
  const long double ratio = prefix / boost_prefix;
  return std::fabs(ratio - 1) < 1e-6L ? ratio : 1;
}

double corrected_density(double value, long double shape, long double x) noexcept {
  return static_cast<double>(value * large_shape_correction(shape, x));
}

// Only the smaller side is corrected: the larger one is its complement, not a product.
double corrected_tail(double value, long double shape, long double x) noexcept {
  return value < 0.5 ? corrected_density(value, shape, x) : value;
}

}  // namespace

double boostmath_gamma_density(double x, double shape, double scale) {
  const double value = evaluate::density(gamma_law(shape, scale), x);
  return corrected_density(value, shape, static_cast<long double>(x) / scale);
}
double boostmath_gamma_cumulative(double x, double shape, double scale) {
  const double value = evaluate::cumulative(gamma_law(shape, scale), x);
  return corrected_tail(value, shape, static_cast<long double>(x) / scale);
}
double boostmath_gamma_upper_tail(double x, double shape, double scale) {
  const double value = evaluate::upper_tail(gamma_law(shape, scale), x);
  return corrected_tail(value, shape, static_cast<long double>(x) / scale);
}
double boostmath_gamma_quantile(double p, double shape, double scale) {
  return evaluate::quantile(gamma_law(shape, scale), p);
}
double boostmath_gamma_upper_quantile(double q, double shape, double scale) {
  return evaluate::upper_quantile(gamma_law(shape, scale), q);
}

double boostmath_chi_squared_density(double x, double degrees_of_freedom) {
  const double value = evaluate::density(chi_squared_law(degrees_of_freedom), x);
  return corrected_density(value, 0.5L * degrees_of_freedom, 0.5L * x);
}
double boostmath_chi_squared_cumulative(double x, double degrees_of_freedom) {
  const double value = evaluate::cumulative(chi_squared_law(degrees_of_freedom), x);
  return corrected_tail(value, 0.5L * degrees_of_freedom, 0.5L * x);
}
double boostmath_chi_squared_upper_tail(double x, double degrees_of_freedom) {
  const double value = evaluate::upper_tail(chi_squared_law(degrees_of_freedom), x);
  return corrected_tail(value, 0.5L * degrees_of_freedom, 0.5L * x);
}
double boostmath_chi_squared_quantile(double p, double degrees_of_freedom) {
  return evaluate::quantile(chi_squared_law(degrees_of_freedom), p);
}
double boostmath_chi_squared_upper_quantile(double q, double degrees_of_freedom) {
  return evaluate::upper_quantile(chi_squared_law(degrees_of_freedom), q);
}

double boostmath_poisson_probability(double k, double mean) {
  const double value = evaluate::probability(poisson_law(mean), k);
  return corrected_density(value, k + 1.0L, mean);
}
double boostmath_poisson_cumulative(double k, double mean) {
  const double value = evaluate::cumulative(poisson_law(mean), k);
  return corrected_tail(value, k + 1.0L, mean);
}
double boostmath_poisson_upper_tail(double k, double mean) {
  const double value = evaluate::upper_tail(poisson_law(mean), k);
  return corrected_tail(value, k + 1.0L, mean);
}

double boostmath_log_gamma(double x) {
  return static_cast<double>(boost::math::lgamma(static_cast<long double>(x), Policy()));
}
