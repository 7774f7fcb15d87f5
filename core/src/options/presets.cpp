// Sweeps that run as they are, with their sources.
#include <stdexcept>

#include "skein/names.hpp"
#include "sweep/sweep_options.hpp"

namespace skein::app {
namespace {

constexpr Preset kPresets[] = {
    {"trainability",
     R"(  The trainability boundary of a tanh chain over the learning rates of two of its layers.
  Source: J. Sohl-Dickstein, "The boundary of neural network trainability is fractal", arXiv:2402.06184 (2024), whose
  networks are wider; three layers of one unit are enough.
  Look for: structure at every scale along the boundary between blue (the loss decreased) and orange (it did not); zoom in
  with --window or --zoom.
)",
     R"(layers = 3
activation = "tanh"
init = "equal"
init_scale = 0.8
data = "teacher:samples=8,seed=3,weights=1.5:-1.2:0.9,noise=0.3"
batch = "full"
steps = 500
[[axis]]
parameter = "learning_rate[1]"
scale = "log10"
from = 0.1
to = 1000.0
points = 512
[[axis]]
parameter = "learning_rate[3]"
scale = "log10"
from = 0.1
to = 1000.0
points = 512
)"},
    {"scalar_product",
     R"(  Gradient descent on (1 - w_1 w_2 w_3 w_4)^2 from the starts w_1 = w_3 = x, w_2 = w_4 = y.
  Source: X. Zhu, Z. Wang, X. Wang, M. Zhou, R. Ge, "Understanding edge-of-stability training dynamics with a minimalist
  example", ICLR 2023, figure 7 (they have (1 - p)^2 / 2: this learning rate is half of theirs).
  Look for: a boundary between starts that converge and starts that do not which is a fractal.
)",
     R"(layers = 4
activation = "identity"
data = "teacher:samples=1,input=constant,weights=1,activation=identity"
batch = "full"
steps = 1000
learning_rate = 0.1
[[axis]]
parameter = "weight[1+3]"
from = 0.0
to = 4.0
points = 512
[[axis]]
parameter = "weight[2+4]"
from = 0.0
to = 4.0
points = 512
)"},
    {"bifurcation",
     R"(  The losses that gradient descent on (1 - w_1 w_2)^2 comes to, over the learning rate.
  Source: the same paper, and X. Chen, K. Balasubramanian, P. Ghosal, B. Agarwalla, "From stability to chaos: analyzing
  gradient descent dynamics in quadratic regression", TMLR 2024.
  Look for: a single line (it converges), that splits in two, four, ... (it oscillates at the edge of stability), and bands
  (chaos), before it diverges.
)",
     R"(weights = [1.5, 0.5]
activation = "identity"
data = "teacher:samples=1,input=constant,weights=1,activation=identity"
batch = "full"
steps = 4000
record_last = 200
[[axis]]
parameter = "learning_rate"
from = 0.48
to = 0.71
points = 1024
)"},
    {"depth",
     R"(  The part of deep linear chains that learn y = x in 200 steps, over their depth and the size of their weights; mean over
  64 seeds.
  Source: O. Shamir, "Exponential convergence time of gradient descent for one-dimensional deep linear neural networks",
  COLT 2019: the number of steps grows exponentially with depth.
  Look for: how the part that learns vanishes with depth, whatever the scale.
)",
     R"(activation = "identity"
init = "normal"
data = "teacher:samples=1,input=constant,weights=1,activation=identity"
batch = "full"
steps = 200
learning_rate = 0.01
target_loss = 0.01
picture = "converged"
[[axis]]
parameter = "layers"
from = 1
to = 64
points = 64
[[axis]]
parameter = "weight_scale"
from = 0.1
to = 3.0
points = 59
[[axis]]
parameter = "seed"
from = 1
to = 64
points = 64
reduction = "mean"
)"},
};

}  // namespace

std::span<const Preset> presets() { return kPresets; }

const Preset& find_preset(const Configuration& configuration) {
    std::vector<std::string_view> names;
    for (const Preset& preset : kPresets) {
        names.push_back(preset.name);
    }
    try {
        return kPresets[parse_word("preset", configuration.text("preset"), names)];
    } catch (const std::invalid_argument& error) {
        configuration.fail("preset", error.what());
    }
}

}  // namespace skein::app
