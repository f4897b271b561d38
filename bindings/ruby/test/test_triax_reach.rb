# frozen_string_literal: true

# Everything that the C interface does can be done from Ruby; declarations and description agree; the gem can be installed.
require "minitest/autorun"
require "json"
require "open3"
require "tmpdir"
require "triax"

class TestTriaxReach < Minitest::Test
  ROOT = ENV.fetch("TRIAX_ROOT") { File.expand_path("../../..", __dir__) }
  GEM = File.join(ROOT, "bindings/ruby")
  DESCRIPTION = JSON.parse(File.read(File.join(ROOT, "bindings/description.json")))
  ROWS = "rows are turned into columns before they are given"
  ARROW = "hosts in C exchange Arrow structs; Ruby's tables are read by rows and columns"
  NOT_REACHED = {
    "triax_text_of" => "texts are made of Ruby's strings", "triax_context_ref" => "contexts are kept for good",
    "triax_context_resize" => "for libraries in C that stand on this one",
    "triax_messages_add" => "for libraries in C that stand on this one",
    "triax_document_place" => "for readers of text; hashes have no lines",
    "triax_document_count" => "children are walked one after the other", "triax_document_find" => "documents are read as a whole",
    "triax_table_builder_end_row" => ROWS, "triax_table_present" => "asked for value by value",
    "triax_table_integers" => "asked for value by value", "triax_table_dates" => "asked for value by value",
    "triax_table_number" => "columns of numbers are read as a whole", "triax_policy_language" => "Abi::POLICY_LANGUAGE says it",
    "triax_table_from_arrow" => ARROW, "triax_table_from_arrow_stream" => ARROW, "triax_table_to_arrow" => ARROW,
    "triax_table_to_arrow_stream" => ARROW,
    **%w[policy customers team plan aggregates assignment health comparison fit].to_h do |kind|
      ["triax_#{kind}_ref", "Ruby's object holds the one reference"]
    end
  }.freeze

  def test_every_function_is_reached_or_named_with_a_reason
    source = Dir[File.join(GEM, "lib/triax/*.rb")].reject { |path| path.end_with?("/abi.rb") }.map { |path| File.read(path) }.join
    reached = source.scan(/\b(triax_\w+)/).flatten.uniq
    functions = DESCRIPTION["functions"].map { |function| function["name"] }
    assert_empty functions - reached - NOT_REACHED.keys, "neither reached from Ruby nor named with a reason"
    assert_empty NOT_REACHED.keys - functions, "named without need"
    assert_empty NOT_REACHED.keys & reached, "named, but reached"
  end

  def test_structs_are_as_described
    word = FFI.type_size(:pointer) == 8 ? "64" : "32"
    checked = 0
    DESCRIPTION["structs"].each do |described|
      name = described["name"].delete_prefix("triax_")
      constant = name.split("_").map(&:capitalize).join
      next unless Triax::Abi.const_defined?(constant)

      layout = Triax::Abi.const_get(constant)
      fields = described["fields"].map { |field| field["name"].to_sym }
      assert_equal fields, layout.members, constant
      checked += 1
    end
    assert_operator checked, :>, 8, "of #{word}-bit structs"
  end

  def test_every_status_is_an_exception
    statuses = Triax::Abi.constants.grep(/\AE[A-Z]+\z/).map { |name| Triax::Abi.const_get(name) }
    assert_equal statuses.sort, Triax.const_get(:Error).module_eval { Triax.send(:const_get, :KINDS) }.keys.sort
  end

  def test_gem_is_built_and_installed
    skip "gem is not installed" unless system("gem --version", out: File::NULL, err: File::NULL)
    Dir.mktmpdir do |home|
      built = File.join(home, "triax.gem")
      run!({}, "gem", "build", "triax.gemspec", "--output", built, chdir: GEM)
      clean = { "GEM_HOME" => File.join(home, "gems"), "RUBYLIB" => nil }
      run!(clean, "gem", "install", "--local", "--ignore-dependencies", "--no-document", "--install-dir", clean["GEM_HOME"], built)
      said = run!(clean.merge("GEM_PATH" => "#{clean['GEM_HOME']}:#{Gem.path.join(':')}"), RbConfig.ruby, "-e",
                  'gem "triax"; require "triax"; puts $LOADED_FEATURES.grep(/triax\.rb/), Triax.evaluate("1 + 2");
                   plan = Triax::Policy.load("policy.yaml").plan(Triax.read_csv("customers.csv"), team: Triax.read_csv("team.csv"));
                   p plan.customers[:csm].tally', chdir: File.join(GEM, "../../tests/conformance/cases/allocation-mixed-book"))
      assert_includes said, clean["GEM_HOME"]
      assert_includes said, "\n3\n"
      assert_includes said, { "S1" => 10, nil => 1 }.inspect # ten accounts fill S1, one is left out
    end
  end

  private

  def run!(environment, *command, chdir: Dir.pwd)
    said, status = Open3.capture2e(environment, *command, chdir: chdir)
    assert status.success?, said
    said
  end
end
