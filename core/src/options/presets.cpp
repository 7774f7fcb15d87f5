// Sweeps that run as they are, with their sources.
#include "skein/presets.hpp"

#include <stdexcept>
#include <vector>

#include "base/text.hpp"
#include "skein/names.hpp"

namespace skein {

using namespace internal;

namespace {

constexpr PresetValue kTrainability[] = {
    {"layers", "3"},
    {"activation", "tanh"},
    {"init", "equal"},
    {"init-scale", "0.8"},
    {"data", "teacher:samples=8,seed=3,weights=1.5:-1.2:0.9,noise=0.3"},
    {"batch", "full"},
    {"steps", "500"},
    {"axis", "learning_rate[1]=log10:0.1:1000:512,learning_rate[3]=log10:0.1:1000:512"},
};

constexpr PresetValue kScalarProduct[] = {
    {"layers", "4"},
    {"activation", "identity"},
    {"data", "teacher:samples=1,input=constant,weights=1,activation=identity"},
    {"batch", "full"},
    {"steps", "1000"},
    {"learning-rate", "0.1"},
    {"axis", "weight[1+3]=linear:0:4:512,weight[2+4]=linear:0:4:512"},
};

constexpr PresetValue kBifurcation[] = {
    {"weights", "1.5,0.5"},
    {"activation", "identity"},
    {"data", "teacher:samples=1,input=constant,weights=1,activation=identity"},
    {"batch", "full"},
    {"steps", "4000"},
    {"record-last", "200"},
    {"axis", "learning_rate=linear:0.48:0.71:1024"},
};

constexpr PresetValue kDepth[] = {
    {"activation", "identity"},
    {"init", "normal"},
    {"data", "teacher:samples=1,input=constant,weights=1,activation=identity"},
    {"batch", "full"},
    {"steps", "200"},
    {"learning-rate", "0.01"},
    {"target-loss", "0.01"},
    {"picture", "converged"},
    {"axis", "layers=linear:1:64:64,weight_scale=linear:0.1:3:59,seed=linear:1:64:64:mean"},
};

constexpr Preset kPresets[] = {
    {"trainability",
     R"(  The trainability boundary of a tanh chain over the learning rates of two of its layers.
  Source: J. Sohl-Dickstein, "The boundary of neural network trainability is fractal", arXiv:2402.06184 (2024), whose
  networks are wider; three layers of one unit are enough.
  Look for: structure at every scale along the boundary between blue (the loss decreased) and orange (it did not); zoom in
  with --window or --zoom.
)",
     kTrainability},
    {"scalar_product",
     R"(  Gradient descent on (1 - w_1 w_2 w_3 w_4)^2 from the starts w_1 = w_3 = x, w_2 = w_4 = y.
  Source: X. Zhu, Z. Wang, X. Wang, M. Zhou, R. Ge, "Understanding edge-of-stability training dynamics with a minimalist
  example", ICLR 2023, figure 7 (they have (1 - p)^2 / 2: this learning rate is half of theirs).
  Look for: the fractal boundary between starts that converge and starts that do not.
)",
     kScalarProduct},
    {"bifurcation",
     R"(  The losses that gradient descent on (1 - w_1 w_2)^2 comes to, over the learning rate.
  Source: the same paper, and X. Chen, K. Balasubramanian, P. Ghosal, B. Agarwalla, "From stability to chaos: analyzing
  gradient descent dynamics in quadratic regression", TMLR 2024.
  Look for: a single line (it converges) that splits in two, four, ... (it oscillates at the edge of stability), and bands
  (chaos), before it diverges.
)",
     kBifurcation},
    {"depth",
     R"(  The part of deep linear chains that learn y = x in 200 steps, over their depth and the size of their weights; mean over
  64 seeds.
  Source: O. Shamir, "Exponential convergence time of gradient descent for one-dimensional deep linear neural networks",
  COLT 2019: the number of steps grows exponentially with depth.
  Look for: how the part that learns vanishes with depth, whatever the scale.
)",
     kDepth},
};

}  // namespace

std::span<const Preset> presets() { return kPresets; }

const Preset& find_preset(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Preset& preset : kPresets) {
        names.push_back(preset.name);
    }
    return kPresets[parse_word("preset", name, names)];
}

void add_preset(Configuration& configuration, const Preset& preset) {
    const Configuration before = configuration;
    for (const PresetValue& value : preset.values) {
        const bool is_overruled = before.is_given(value.option) || before.is_alternative_given(value.option);
        if (!is_overruled && configuration.has_option(value.option)) {
            configuration.set(value.option, std::string(value.text),
                              to_text("preset ", preset.name, ": ", value.option), OptionSource::options_file);
        }
    }
}

}  // namespace skein
