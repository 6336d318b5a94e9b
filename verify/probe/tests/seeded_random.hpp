#pragma once
#include "core/tests/seeded_random.hpp"

namespace epki::probe {

/// The same bytes in every test of this room.
class SeededRandom final : public test::SeededRandom {
 public:
  SeededRandom() : test::SeededRandom(20261122) {}
};

}  // namespace epki::probe
