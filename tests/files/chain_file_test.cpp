#include "skein/files/chain_file.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "support/file_checks.hpp"
#include "support/temporary_directory.hpp"

namespace skein::test {
namespace {

namespace fs = std::filesystem;

TEST_CASE("files: a chain as JSON") {
    const TemporaryDirectory directory;
    const std::vector<float> weights{0.1f, -0.0f, 3, 1e-20f};
    const std::vector<Activation> activations{Activation::tanh, Activation::relu, Activation::identity,
                                              Activation::softplus};
    write_chain(directory.file("chain.json"), Chain<float>(weights, activations));
    CHECK(content_of(directory.file("chain.json")) ==
          "{\n  \"layers\": 4,\n  \"activations\": [\"tanh\", \"relu\", \"identity\", \"softplus\"],\n"
          "  \"weights\": [0.1, -0.0, 3.0, 1e-20],\n  \"precision\": \"float32\"\n}\n");
    CHECK(read_chain_precision(directory.file("chain.json")) == "float32");
}

TEST_CASE_TEMPLATE("files: chains round trip to the bit", Scalar, float, double) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("chain.json");
    const std::vector<Scalar> weights = awkward_numbers<Scalar>();
    std::vector<Activation> activations(weights.size());
    for (std::size_t layer = 0; layer < activations.size(); ++layer) {
        activations[layer] = static_cast<Activation>(layer % kActivationNames.size());
    }
    write_chain(path, Chain<Scalar>(weights, activations));
    const Chain<Scalar> chain = read_chain<Scalar>(path);
    CHECK(bits_of<Scalar>(chain.weights()) == bits_of<Scalar>(weights));
    CHECK(std::ranges::equal(chain.activations(), activations));
    CHECK(read_chain_precision(path) == (sizeof(Scalar) == 4 ? "float32" : "float64"));
}

TEST_CASE("files: a chain read in another precision") {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("chain.json");
    write_chain(path, Chain<float>({0.1f, 2}));
    CHECK(read_chain<double>(path).weights()[0] == double{0.1f});
    write_chain(path, Chain<double>({0.1, 2}));
    CHECK(read_chain<float>(path).weights()[0] == 0.1f);
    directory.file("chain.json", R"({"weights": [1, 0.1], "activations": ["relu", "tanh"]})");
    CHECK(read_chain<double>(path).weights()[1] == 0.1);
    CHECK(read_chain_precision(path) == "float64");
}

/// What read_chain says of a file of this content.
std::string chain_error(const std::string& content) {
    const TemporaryDirectory directory;
    const fs::path path = directory.file("chain.json", content);
    const std::string text = file_error_of([&] { read_chain<float>(path); });
    REQUIRE(text.starts_with(path.string() + ": "));
    return text.substr(path.string().size() + 2);
}
std::string weights_error(const std::string& weights) {
    return chain_error(R"({"activations": ["tanh", "tanh"], "weights": )" + weights + "}");
}
std::string more_error(const std::string& more) {
    return chain_error(R"({"activations": ["tanh"], "weights": [1], )" + more + "}");
}

TEST_CASE("files: what is no chain") {
    CHECK(chain_error("").starts_with("parse error at line 1, column 1: "));
    CHECK(chain_error("{\"weights\":\n\x01").starts_with("parse error at line 2, column 1: "));
    CHECK(chain_error("{\"weights\":\n\x01").find('\n') == std::string::npos);
    CHECK(chain_error("[1]") == "holds no chain: expected a JSON object, found an array");
    CHECK(chain_error("{}") == "'weights' is missing");
    CHECK(chain_error(R"({"weights": [1]})") == "'activations' is missing");
    CHECK(chain_error(R"({"weigths": [1]})") == "unknown key 'weigths': did you mean 'weights'?");
    CHECK(chain_error(R"({"weights": [1], "weights": [2]})") == "'weights' appears twice");
    CHECK(weights_error("1") == "'weights' is a number: expected an array");
    CHECK(weights_error("{}") == "'weights' is an object: expected an array");
    CHECK(weights_error("[]") == "'weights' is empty: expected one per layer");
    CHECK(weights_error("[1, null]") == "weight 2 is null: expected a number");
    CHECK(weights_error("[1, \"2\"]") == "weight 2 is a string: expected a number");
    CHECK(weights_error("[[1], 2]") == "weight 1 is an array: expected a number");
    CHECK(weights_error("[NaN]").starts_with("parse error at line 1, column 47: "));
    CHECK(weights_error("[1e39, 1]") == "weight 1 is 1e39: expected a number in the range of float32");
    CHECK(weights_error("[1e999]") == "number overflow parsing '1e999'");
    const std::string nested = std::string(64, '[') + std::string(64, ']');
    CHECK(weights_error(nested) == "is nested too deeply: expected at most 64 levels");
    CHECK(weights_error("[1]") == "has 2 activations: expected 1, one per weight");
    CHECK(chain_error(R"({"weights": [1], "activations": ["tahn"]})") ==
          "activation 1: unknown activation 'tahn': did you mean 'tanh'?");
    CHECK(chain_error(R"({"weights": [1], "activations": [1]})") == "'activation 1' is a number: expected a string");
    CHECK(more_error(R"("layers": 2)") == "'layers' is 2: expected 1, one per weight");
    CHECK(more_error(R"("layers": 1.0)") == "'layers' is 1.0: expected 1, one per weight");
    CHECK(more_error(R"("layers": "1")") == "'layers' is a string: expected 1, one per weight");
}

TEST_CASE("files: precisions of chains that are none") {
    const TemporaryDirectory directory;
    const auto precision_error = [&](const std::string& precision) {
        const fs::path path = directory.file(
            "chain.json", R"({"activations": ["tanh"], "weights": [1], "precision": )" + precision + "}");
        CHECK(file_error_of([&] { read_chain<double>(path); }) == file_error_of([&] { read_chain_precision(path); }));
        CHECK(file_error_of([&] { read_chain<double>(path); }) == file_error_of([&] { read_chain<float>(path); }));
        return file_error_of([&] { read_chain<double>(path); }).substr(path.string().size() + 2);
    };
    CHECK(precision_error("\"float46\"") == "unknown precision 'float46': did you mean 'float64'?");
    CHECK(precision_error("64") == "'precision' is a number: expected a string");
}

}  // namespace
}  // namespace skein::test
