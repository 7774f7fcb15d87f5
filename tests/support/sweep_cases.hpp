// What tests of sweeps share.
#pragma once

#include "skein/generated_data.hpp"
#include "skein/sweep.hpp"

namespace skein::test {

/// The sweep of generated samples that `settings` describe.
template <class Scalar>
Sweep<Scalar> make_sweep(const SweepSettings& settings) {
    return Sweep<Scalar>(settings, generate<Scalar>(*settings.generated));
}

}  // namespace skein::test
