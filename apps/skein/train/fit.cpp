#include "train/fit.hpp"

#include <algorithm>
#include <cmath>

#include "skein/back_propagation.hpp"
#include "skein/error.hpp"
#include "skein/gradient.hpp"

namespace skein::app {
namespace {

constexpr std::uint64_t kProbes = 1024;

/// The x of up to kProbes samples, evenly spaced among all. Compressed data have none: a grid over their x in their place.
template <class Scalar>
std::vector<Scalar> probes_of(const TrainingData<Scalar>& data, const DataSummary& summary) {
    const std::uint64_t count = std::min(kProbes, data.num_samples());
    std::vector<Scalar> x(count), y(count), m(count);
    if (data.samples() == nullptr) {
        for (std::size_t probe = 0; probe < x.size(); ++probe) {
            const double at = static_cast<double>(probe) / static_cast<double>(std::max<std::size_t>(1, x.size() - 1));
            x[probe] = static_cast<Scalar>(summary.x_min + at * (summary.x_max - summary.x_min));
        }
        return x;
    }
    std::vector<std::uint64_t> indices(count);
    for (std::uint64_t probe = 0; probe < count; ++probe) {
        indices[probe] = data.num_samples() / count * probe;
    }
    data.samples()->source().gather(indices, {x.data(), y.data(), m.data()});
    return x;
}

double largest_slope(Activation activation) { return activation == Activation::sigmoid ? 0.25 : 1.0; }

template <class Scalar>
std::vector<LayerActivity> activity(const Chain<Scalar>& chain, const std::vector<Scalar>& probes) {
    std::vector<std::size_t> num_small(chain.num_layers()), num_zero(chain.num_layers());
    for (const Scalar x : probes) {
        const BackPropagation<Scalar> sample = back_propagate(chain, x, Scalar(0));
        for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
            const double slope = static_cast<double>(sample.slopes[layer]);
            num_small[layer] += slope < 1e-3 * largest_slope(chain.activations()[layer]) ? 1 : 0;
            num_zero[layer] += slope == 0.0 ? 1 : 0;
        }
    }
    std::vector<LayerActivity> layers;
    for (std::size_t layer = 0; layer < chain.num_layers(); ++layer) {
        layers.push_back({chain.activations()[layer],
                          static_cast<double>(num_small[layer]) / static_cast<double>(probes.size()),
                          num_zero[layer] == probes.size()});
    }
    return layers;
}

template <class Scalar>
double largest_move(const Chain<Scalar>& start, const Chain<Scalar>& end) {
    double move = 0.0, largest = 0.0;
    for (std::size_t layer = 0; layer < start.num_layers(); ++layer) {
        const double from = static_cast<double>(start.weights()[layer]);
        move = std::max(move, std::abs(static_cast<double>(end.weights()[layer]) - from));
        largest = std::max(largest, std::abs(from));
    }
    return move == 0.0 ? 0.0 : move / largest;
}

template <class Scalar>
double loss_or_nan(const Chain<Scalar>& chain, const TrainingData<Scalar>& data, const Execution& execution) {
    try {
        return mean_loss(chain, data, execution).loss;
    } catch (const ToleranceError&) {  // compressed data may be too coarse for these weights
        return std::numeric_limits<double>::quiet_NaN();
    }
}

}  // namespace

template <class Scalar>
Fit measure_fit(const Chain<Scalar>& start, const Chain<Scalar>& end, const RunData<Scalar>& data,
                const Execution& execution) {
    const OutputRange range = output_range_of(end.activations()[end.num_layers() - 1]);
    Fit fit;
    fit.scaling = data.scaling;
    fit.start_loss = data.scaling.loss_factor() * loss_or_nan(start, data.training, execution);
    fit.largest_move = largest_move(start, end);
    if (const std::optional<DataSummary> summary = summarise<Scalar>(data.training, range, execution)) {
        fit.layers = activity(end, probes_of(data.training, *summary));
        fit.training = unscaled(*summary, data.scaling);
    }
    if (data.validation) {
        if (const std::optional<DataSummary> summary = summarise<Scalar>(*data.validation, range, execution)) {
            fit.validation = unscaled(*summary, data.scaling);
        }
    }
    return fit;
}
template Fit measure_fit(const Chain<float>&, const Chain<float>&, const RunData<float>&, const Execution&);
template Fit measure_fit(const Chain<double>&, const Chain<double>&, const RunData<double>&, const Execution&);

}  // namespace skein::app
