// SPEC: data to generate as text, and back; numbers and configurations from text.
#include "skein/data_spec.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "skein/configuration_reader.hpp"
#include "skein/numbers.hpp"

namespace skein::test {
namespace {

std::string spec_error_of(const std::string& text) {
    try {
        (void)parse_generated(text, "--data");
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("options: the text of generated data is read as the same data") {
    for (const std::string text :
         {"teacher:samples=3,seed=18446744073709551615,noise=0.1,input=uniform,input_scale=2.5,weights=0.1:-1.2,"
          "activation=relu",
          "sine:samples=100000,seed=0,noise=0,input=normal,input_scale=1,frequency=0.30000000000000004",
          "step:samples=1,seed=0,noise=0,input=constant,input_scale=1"}) {
        CHECK(generated_text(*parse_generated(text, "--data")) == text);
    }
    CHECK(parse_generated("teacher:layers=2,weight=0.5", "")->teacher_weights == std::vector{0.5, 0.5});
    CHECK(!parse_generated("data/file.csv", "--data"));
}

TEST_CASE("options: errors of a SPEC name option, key, value and the nearest word") {
    CHECK(spec_error_of("techer").starts_with("--data: unknown kind of data 'techer': did you mean 'teacher'?"));
    CHECK(spec_error_of("sine:frequncy=1") == "--data: unknown key of sine data 'frequncy': did you mean 'frequency'?");
    CHECK(spec_error_of("sine:samples=0") == "--data: samples: 0 is out of range: expected at least 1");
    CHECK(spec_error_of("sine:seed=1,seed=2") == "--data: seed is given twice");
    CHECK(spec_error_of("teacher:weights=1:two") == "--data: weights: 'two' is not a number");
}

TEST_CASE("options: names of data files") {
    CHECK(split_file_names("a.npy,b.npy").size() == 2);
    CHECK(split_file_names("a,b.csv").size() == 1);
    CHECK(is_compressed_spec("a.skc"));
    CHECK(is_text_spec("-"));
    CHECK(is_text_spec("./pipe"));
    CHECK(is_text_spec("a.csv.gz"));
    for (const char* other : {"a.npy", "x.npy,y.npy", "a.SKC", "sine", "sine:noise=0.5"}) CHECK(!is_text_spec(other));
}

TEST_CASE("options: counts and numbers from text") {
    CHECK(parse_count("1e7") == 10'000'000);
    CHECK(parse_count("10_000") == 10'000);
    CHECK(parse_count("+5") == 5);
    CHECK(!parse_count("+-5"));
    CHECK(!parse_count("+"));
    CHECK(OptionValue("weights", "0.5, -1.2 ,3", "--weights").numbers() == std::vector<double>{0.5, -1.2, 3});
    CHECK(OptionValue("columns", " a b , c", "--columns").texts() == std::vector<std::string>{"a b", "c"});
    CHECK(!parse_count("1__0"));
    CHECK(!parse_count("1.5"));
    CHECK(!parse_count("-1"));
    CHECK(parse_number<float>("+0.5") == 0.5F);
    CHECK(!parse_number<float>("1e39"));
    CHECK(count_fault("1e17", 0, UINT64_MAX) == "'1e17' is not exact: beyond 2^53 write all digits");
    CHECK(grouped(1234567) == "1,234,567");
}

TEST_CASE("options: a file adds what was not given, and names wrong keys and types") {
    constexpr Option kOptions[] = {{"", "learning-rate", "", ValueType::numbers, "", ""},
                                   {"", "steps", "", ValueType::count, "", ""}};
    Configuration configuration(OptionSet{"train", kOptions});
    configuration.set("steps", "3", "--steps");
    ConfigurationReader reader(configuration, "run.toml", OptionSource::options_file);
    reader.take("steps", FileValue{"4", ValueType::count}, "line 1", "");
    reader.take("learning_rate", FileValue{"0.5", ValueType::number}, "line 2", "");
    CHECK(configuration.text("steps") == "3");
    CHECK(configuration.where("learning-rate") == "run.toml, line 2: learning_rate");
    CHECK_THROWS_WITH_AS(reader.take("step", FileValue{"4", ValueType::count}, "line 3", ""),
                         "run.toml, line 3: unknown key 'step': did you mean 'steps'?", std::invalid_argument);
    CHECK_THROWS_WITH_AS(reader.take("steps", FileValue{"x", ValueType::text}, "line 4", ""),
                         "run.toml, line 4: steps: expected a whole number, found the string 'x'",
                         std::invalid_argument);
    CHECK_THROWS_AS((void)configuration.text("setps"), std::logic_error);
}

}  // namespace skein::test
