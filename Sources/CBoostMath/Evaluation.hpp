#ifndef CBOOSTMATH_EVALUATION_HPP
#define CBOOSTMATH_EVALUATION_HPP

#include <boost/math/distributions/complement.hpp>
#include <boost/math/policies/error_handling.hpp>
#include <boost/math/policies/policy.hpp>
#include <cmath>
#include <limits>

// No Boost error may become a C++ exception, because Swift cannot catch one. Domain errors and
// poles already come back as NaN and overflow as infinity when they are ignored. A series or root
// search that ran out of iterations would come back as its last iterate, which a caller could not
// tell from an answer: the user handler turns it into NaN.
//
// Nothing is promoted by policy: the laws are instantiated on long double (64-bit mantissa on
// x86-64), so that the steps before Boost's special functions, such as (x - mean) / (sd sqrt 2),
// are also done in the wider type. With double laws and promotion in the special functions only,
// the normal tail at 38 would lose three digits to the rounding of that quotient.
using Policy = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::pole_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::denorm_error<boost::math::policies::ignore_error>,
    boost::math::policies::rounding_error<boost::math::policies::ignore_error>,
    boost::math::policies::indeterminate_result_error<boost::math::policies::ignore_error>,
    boost::math::policies::evaluation_error<boost::math::policies::user_error>,
    boost::math::policies::promote_float<false>, boost::math::policies::promote_double<false>>;

namespace boost::math::policies {

template <class T>
T user_evaluation_error(const char*, const char*, const T&) {
  return std::numeric_limits<T>::quiet_NaN();
}

}  // namespace boost::math::policies

namespace evaluate {

template <class Law>
double density(const Law& law, double x) noexcept {
  return static_cast<double>(boost::math::pdf(law, static_cast<long double>(x)));
}

template <class Law>
double probability(const Law& law, double k) noexcept {
  return density(law, k);
}

template <class Law>
double cumulative(const Law& law, double x) noexcept {
  return static_cast<double>(boost::math::cdf(law, static_cast<long double>(x)));
}

template <class Law>
double upper_tail(const Law& law, double x) noexcept {
  return static_cast<double>(
      boost::math::cdf(boost::math::complement(law, static_cast<long double>(x))));
}

// Newton steps on a quantile that Boost's root search left short of the type's precision. That
// search stops at a tolerance absolute in the beta distribution's argument, which loses half the
// digits of a quantile near 0 (F with 4.5 and 0.8 degrees of freedom at 1e-12). `excess` is the
// side's probability at x less the one wanted, divided by the slope.
template <class Excess>
double polished(long double x, Excess excess) noexcept {
  for (int round = 0; round < 4; ++round) {
    if (!std::isfinite(x) || x == 0) break;
    const long double step = excess(x);
    if (!(std::fabs(step) < 0.01L * std::fabs(x))) break;
    x -= step;
    if (std::fabs(step) < 1e-17L * std::fabs(x)) break;
  }
  return static_cast<double>(x);
}

template <class Law>
double quantile(const Law& law, double p) noexcept {
  const long double wanted = p;
  return polished(boost::math::quantile(law, wanted), [&](long double x) {
    return (boost::math::cdf(law, x) - wanted) / boost::math::pdf(law, x);
  });
}

template <class Law>
double upper_quantile(const Law& law, double q) noexcept {
  const long double wanted = q;
  return polished(boost::math::quantile(boost::math::complement(law, wanted)), [&](long double x) {
    return (wanted - boost::math::cdf(boost::math::complement(law, x))) / boost::math::pdf(law, x);
  });
}

}  // namespace evaluate

#endif
