#include "input/data_spec.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "console/errors.hpp"
#include "console/numbers.hpp"
#include "skein/files/compressed_file.hpp"
#include "skein/files/data_file.hpp"
#include "skein/names.hpp"

namespace skein::app {
namespace {

constexpr std::uint64_t kDefaultSamples = 100'000;
constexpr std::uint64_t kMaxSamples = std::uint64_t{1} << 53;
constexpr std::size_t kDefaultTeacherLayers = 4;
constexpr double kDefaultTeacherWeight = 1.2;
constexpr std::uint64_t kMaxTeacherLayers = 1'000'000;

/// One key=value of a generated data set.
struct Entry {
    std::string key, value, where;

    [[noreturn]] void fail(const std::string& message) const { throw BadInput(where + ": " + message); }

    double number() const {
        const std::optional<double> parsed = parse_number<double>(value);
        if (!parsed) {
            fail(number_fault<double>(value));
        }
        return *parsed;
    }
    std::uint64_t count(std::uint64_t min, std::uint64_t max) const {
        const std::optional<std::uint64_t> parsed = parse_count(value);
        if (!parsed || *parsed < min || *parsed > max) {
            fail("'" + value + "' is not a whole number from " + std::to_string(min) + " to " + std::to_string(max));
        }
        return *parsed;
    }
    std::vector<double> numbers() const {
        std::vector<double> parsed;
        for (const std::string& part : split(value, ':')) {
            parsed.push_back(Entry{key, part, where}.number());
        }
        return parsed;
    }
    template <class Enum>
    Enum word(std::span<const std::string_view> names) const {
        try {
            return static_cast<Enum>(parse_word(key, value, names));
        } catch (const std::invalid_argument& error) {
            fail(error.what());
        }
    }
};

/// The settings as the keys fill them in.
struct Draft {
    GeneratedData data;
    std::optional<std::uint64_t> teacher_layers;
    std::optional<double> teacher_weight;
};

struct Key {
    std::string_view name;
    std::optional<Target> only_for;
    void (*read)(const Entry&, Draft&);
};

using enum Target;
constexpr std::array kKeys{
    Key{"samples", {}, [](const Entry& e, Draft& d) { d.data.num_samples = e.count(1, kMaxSamples); }},
    Key{"seed", {}, [](const Entry& e, Draft& d) { d.data.seed = e.count(0, UINT64_MAX); }},
    Key{"noise", {}, [](const Entry& e, Draft& d) { d.data.noise = e.number(); }},
    Key{"input",
        {},
        [](const Entry& e, Draft& d) { d.data.input = e.word<InputDistribution>(kInputDistributionNames); }},
    Key{"input_scale", {}, [](const Entry& e, Draft& d) { d.data.input_scale = e.number(); }},
    Key{"weights", teacher, [](const Entry& e, Draft& d) { d.data.teacher_weights = e.numbers(); }},
    Key{"layers", teacher, [](const Entry& e, Draft& d) { d.teacher_layers = e.count(1, kMaxTeacherLayers); }},
    Key{"weight", teacher, [](const Entry& e, Draft& d) { d.teacher_weight = e.number(); }},
    Key{"activation", teacher,
        [](const Entry& e, Draft& d) { d.data.teacher_activation = e.word<Activation>(kActivationNames); }},
    Key{"frequency", sine, [](const Entry& e, Draft& d) { d.data.frequency = e.number(); }},
};

std::string with_underscores(std::string_view text) {
    std::string word(text);
    std::ranges::replace(word, '-', '_');
    return word;
}

const Key& find_key(const std::string& name, Target target, const std::string& where) {
    std::vector<std::string_view> names;
    for (const Key& key : kKeys) {
        if (!key.only_for || key.only_for == target) {
            names.push_back(key.name);
        }
    }
    const auto found = std::ranges::find(kKeys, with_underscores(name), &Key::name);
    if (found == kKeys.end() || (found->only_for && found->only_for != target)) {
        const std::string_view kind = kTargetNames[static_cast<std::size_t>(target)];
        throw BadInput(where + ": " + unknown_word("key of " + std::string(kind) + " data", name, names));
    }
    return *found;
}

/// "samples=100,seed=1" into the draft.
void read_entries(std::string_view entries, const std::string& where, Draft& draft) {
    std::vector<std::string_view> seen;
    for (const std::string& part : split(entries, ',')) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos) {
            throw BadInput(where + ": '" + part + "' is not of the form key=value");
        }
        const Key& key = find_key(part.substr(0, equals), draft.data.target, where);
        if (std::ranges::find(seen, key.name) != seen.end()) {
            throw BadInput(where + ": " + std::string(key.name) + " is given twice");
        }
        seen.push_back(key.name);
        key.read({std::string(key.name), part.substr(equals + 1), where + ": " + std::string(key.name)}, draft);
    }
}

void fill_in_teacher(const std::string& where, Draft& draft) {
    GeneratedData& data = draft.data;
    if (!data.teacher_weights.empty() && (draft.teacher_layers || draft.teacher_weight)) {
        throw BadInput(where + ": weights and " + (draft.teacher_layers ? "layers" : "weight") +
                       " exclude each other: give one of them");
    }
    if (data.target == teacher && data.teacher_weights.empty()) {
        data.teacher_weights.assign(draft.teacher_layers.value_or(kDefaultTeacherLayers),
                                    draft.teacher_weight.value_or(kDefaultTeacherWeight));
    }
}

bool looks_like_a_path(std::string_view text) { return text.find_first_of("./") != std::string_view::npos; }

}  // namespace

const std::string_view kDataSpecHelp =
    R"(SPEC, a data set, is one of
  file.csv                      Columns x,y or x,y,m (m: weight of the sample); a first line may hold
                                these names.
  file.npy                      A float32 or float64 array of shape (N, 2) or (N, 3), these columns.
  x.npy,y.npy                   Two arrays of shape (N).
  file.skc                      A compressed data set (skein data compress): full batches only.
  KIND:key=value,...            Generated, with these keys and defaults:
    teacher                       y = f_L(x) of a chain: layers=4, weight=1.2 (of every layer), or
                                  weights=0.9:-1.2:0.7; activation=tanh
    sine                          y = sin(2 pi frequency x): frequency=1
    step                          y = 1 where x > 0, else -1
    random_labels                 y = 1 or -1, whatever x is
    all kinds                     samples=100000, seed=0, noise=0 (standard deviation, added to y),
                                  input=normal|uniform|constant, input_scale=1 (standard deviation,
                                  half the interval, or x itself)
)";

std::optional<GeneratedData> parse_generated(std::string_view text, const std::string& where) {
    const std::size_t colon = text.find(':');
    const std::string_view kind = text.substr(0, colon);
    const auto found = std::ranges::find(kTargetNames, with_underscores(kind));
    if (found == kTargetNames.end()) {
        if (looks_like_a_path(kind)) {
            return std::nullopt;
        }
        throw BadInput(where + ": " + unknown_word("kind of data", kind, kTargetNames) +
                       (colon == std::string_view::npos ? " (files end in .csv, .npy or .skc)" : ""));
    }
    Draft draft;
    draft.data.num_samples = kDefaultSamples;
    draft.data.target = static_cast<Target>(found - kTargetNames.begin());
    if (colon != std::string_view::npos) {
        read_entries(text.substr(colon + 1), where, draft);
    }
    fill_in_teacher(where, draft);
    return draft.data;
}

std::string generated_text(const GeneratedData& data) {
    std::string text = std::string(kTargetNames[static_cast<std::size_t>(data.target)]) +
                       ":samples=" + std::to_string(data.num_samples) + ",seed=" + std::to_string(data.seed) +
                       ",noise=" + shortest(data.noise) +
                       ",input=" + std::string(kInputDistributionNames[static_cast<std::size_t>(data.input)]) +
                       ",input_scale=" + shortest(data.input_scale);
    if (data.target == sine) {
        text += ",frequency=" + shortest(data.frequency);
    }
    if (data.target == teacher) {
        for (std::size_t layer = 0; layer < data.teacher_weights.size(); ++layer) {
            text += (layer == 0 ? ",weights=" : ":") + shortest(data.teacher_weights[layer]);
        }
        text += ",activation=" + std::string(kActivationNames[static_cast<std::size_t>(data.teacher_activation)]);
    }
    return text;
}

bool is_compressed_spec(std::string_view text) { return text.ends_with(".skc"); }

template <class Scalar>
TrainingData<Scalar> open_data(const std::string& text, const std::string& where, double tolerance) {
    if (const std::optional<GeneratedData> settings = parse_generated(text, where)) {
        try {
            return generate<Scalar>(*settings);
        } catch (const std::invalid_argument& error) {
            throw BadInput(where + ": " + error.what());
        }
    }
    if (is_compressed_spec(text)) {
        return CompressedData<Scalar>(read_compressed(text), tolerance);
    }
    constexpr std::string_view kNpyPair = ".npy,";
    if (const std::size_t pair = text.find(kNpyPair); pair != std::string::npos && text.ends_with(".npy")) {
        return open_dataset<Scalar>(text.substr(0, pair + kNpyPair.size() - 1), text.substr(pair + kNpyPair.size()));
    }
    return open_dataset<Scalar>(text);
}
template TrainingData<float> open_data(const std::string&, const std::string&, double);
template TrainingData<double> open_data(const std::string&, const std::string&, double);

}  // namespace skein::app
