#pragma once
// For each rule something that keeps it and something that breaks it.

#include <string_view>
#include <vector>

#include "pki/lint/tests/maker.hpp"

namespace epki::lint::test {

struct Sample {
  std::string_view rule;
  Given (*keeps)();
  Given (*breaks)();
};

std::vector<Sample> structure_samples();
std::vector<Sample> name_samples();
std::vector<Sample> use_samples();
std::vector<Sample> date_and_key_samples();
std::vector<Sample> chain_samples();
std::vector<Sample> profile_samples();
std::vector<Sample> file_samples();

std::vector<Sample> all_samples();

}  // namespace epki::lint::test
