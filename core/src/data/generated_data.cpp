#include "skein/generated_data.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/floating_point_environment.hpp"
#include "base/require.hpp"
#include "kernels/kernel_table.hpp"

namespace skein {

using namespace internal;

namespace {

template <class Scalar>
class GeneratedSource final : public SampleSource<Scalar> {
public:
    explicit GeneratedSource(const GeneratedData& settings)
        : num_samples_(settings.num_samples),
          teacher_weights_(settings.teacher_weights.begin(), settings.teacher_weights.end()),
          teacher_activations_(settings.teacher_weights.size(), settings.teacher_activation),
          formula_{settings.target,
                   settings.input,
                   settings.seed,
                   static_cast<Scalar>(settings.input_scale),
                   static_cast<Scalar>(settings.noise),
                   static_cast<Scalar>(settings.frequency),
                   {teacher_weights_.data(), teacher_activations_.data(), teacher_weights_.size()}} {}

    std::uint64_t num_samples() const noexcept override { return num_samples_; }
    bool is_computed() const noexcept override { return true; }

    MiniBatch<Scalar> range(std::uint64_t first, std::size_t count, const SampleBuffer<Scalar>& buffer) const override {
        constexpr std::size_t kAtOnce = 256;
        std::uint64_t indices[kAtOnce];
        for (std::size_t done = 0; done < count; done += kAtOnce) {
            const std::size_t size = std::min(kAtOnce, count - done);
            std::iota(indices, indices + size, first + done);
            gather({indices, size}, {buffer.x + done, buffer.y + done, nullptr});
        }
        return {buffer.x, buffer.y, nullptr, count};
    }

    MiniBatch<Scalar> gather(std::span<const std::uint64_t> indices,
                             const SampleBuffer<Scalar>& buffer) const override {
        kernels::kernels<Scalar>().generate(formula_, indices.data(), indices.size(), buffer.x, buffer.y);
        return {buffer.x, buffer.y, nullptr, indices.size()};
    }

private:
    std::uint64_t num_samples_;
    std::vector<Scalar> teacher_weights_;
    std::vector<Activation> teacher_activations_;
    kernels::SampleFormula<Scalar> formula_;
};

}  // namespace

template <class Scalar>
Dataset<Scalar> generate(const GeneratedData& settings) {
    const FloatingPointEnvironment environment;
    // Arguments of sine and cosine are reduced exactly up to 2^20 periods; a normal is never beyond 8.7.
    constexpr double kMaxPeriods = 0x1p16;
    require_name(settings.target, kTargetNames, "the target");
    require_name(settings.input, kInputDistributionNames, "the input distribution");
    require_name(settings.teacher_activation, kActivationNames, "the teacher's activation");
    require(settings.num_samples > 0, "the number of generated samples", 0, "at least 1");
    require(std::isfinite(settings.input_scale) && settings.input_scale > 0, "the input scale", settings.input_scale,
            "a positive number");
    require(std::isfinite(settings.noise) && settings.noise >= 0, "the noise", settings.noise, "0 or more");
    if (settings.target == Target::sine) {
        require(std::abs(settings.frequency * settings.input_scale) <= kMaxPeriods, "the frequency", settings.frequency,
                "at most 65536 periods in one input scale");
    }
    if (settings.target == Target::teacher) {
        require(!settings.teacher_weights.empty(), "the number of teacher weights", 0, "at least 1");
        for (const double weight : settings.teacher_weights) {
            require(std::isfinite(weight), "a teacher weight", weight, "a finite number");
        }
    }
    return Dataset<Scalar>(std::make_shared<GeneratedSource<Scalar>>(settings));
}

template Dataset<float> generate(const GeneratedData&);
template Dataset<double> generate(const GeneratedData&);

}  // namespace skein
