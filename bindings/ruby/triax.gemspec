# frozen_string_literal: true

# gem build triax.gemspec; the C libraries are found where the system keeps them, or where TRIAX_LIBRARY says.
Gem::Specification.new do |spec|
  spec.name = "triax"
  # That of the headers which the declarations were made of.
  spec.version = File.read(File.join(__dir__, "lib/triax/abi.rb"))[/^    VERSION = "([^"]+)"/, 1]
  spec.summary = "Decides how customers are covered by customer success managers: segments, owners, health, hours, and why"
  spec.description = "A thin binding to libtriax: policies, plans, comparisons, score models, judges, and the reasons."
  spec.authors = ["triax authors"]
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.0"
  spec.files = Dir.chdir(__dir__) { Dir["lib/**/*.rb", "README.md"] }
  spec.add_dependency "ffi", "~> 1.15"
end
