#pragma once
// Documents that the program printed, held against the published schemas (schemas/<command>.schema.json).

#include <string>
#include <string_view>
#include <vector>

namespace epki::test {

/// What is wrong with a document of --json; empty when nothing is. Stricter than the schema: a key the schema does not
/// describe is wrong here, so that no key can appear without a word on it. A document whose command has no schema is
/// wrong.
std::vector<std::string> document_faults(std::string_view document);

/// The same for a document and the text of a schema.
std::vector<std::string> faults_against(std::string_view schema, std::string_view document);

}  // namespace epki::test
