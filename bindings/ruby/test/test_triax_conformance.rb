# frozen_string_literal: true

# The case folders of tests/conformance/cases through the Ruby binding: the expected files are those of C.
require "minitest/autorun"
require "triax"

class TestTriaxConformance < Minitest::Test
  ROOT = ENV.fetch("TRIAX_ROOT") { File.expand_path("../../..", __dir__) }
  CASES = Dir[File.join(ROOT, "tests/conformance/cases/*/")].select { |folder| File.directory?(File.join(folder, "expected")) }

  def shown(value)
    case value
    when nil then ""
    when Array then value.join(";")
    when Time then value.utc.strftime("%Y-%m-%dT%H:%M:%S")
    else value.to_s
    end
  end

  def same?(wanted, found)
    return !found.empty? && Float(wanted.delete_prefix("=")) == Float(found) if wanted.start_with?("=")
    return true if wanted == found

    Float(wanted) && (Float(wanted) - Float(found)).abs <= 1e-9 * [1.0, Float(wanted).abs].max
  rescue ArgumentError, TypeError
    false
  end

  def read(folder, name)
    path = File.join(folder, name)
    File.exist?(path) ? Triax.read_csv(path) : nil
  end

  def plan_of(folder)
    policy = Triax::Policy.from_yaml(File.read(File.join(folder, "policy.yaml"), encoding: "utf-8"), name: "policy.yaml")
    customers = policy.customers(read(folder, "customers.csv"))
    day = File.join(folder, "as_of")
    policy.plan(customers, team: read(folder, "team.csv"), as_of: File.exist?(day) ? File.read(day).strip : nil, parts: true,
                           sent: read(folder, "sent.csv"), history: read(folder, "history.csv"))
  end

  # Column names, rows, and how many rows the table has in all (nil: not said).
  def expectation(path)
    lines = File.readlines(path, encoding: "utf-8", chomp: true)
    count = lines.filter_map { |line| line[/\A# rows: (\d+)/, 1] }.last
    names, *rows = CSV.parse(lines.reject { |line| line.start_with?("#") }.join("\n"))
    [names.map(&:to_sym), rows.map { |row| row.map(&:to_s) }, count&.to_i]
  end

  # Each expected row goes with the next one of its first cell.
  def compare(path, table)
    names, rows, count = expectation(path)
    assert_empty names - table.columns, "#{path}: columns"
    assert_equal count, table.size, "#{path}: rows" if count
    found = table.map { |row| names.map { |name| shown(row[name]) } }
    rows.each do |wanted|
      at = found.index { |row| same?(wanted[0], row[0]) }
      assert at, "#{path}: no row #{wanted[0]}"
      row = found.delete_at(at)
      names.each_index do |i|
        assert same?(wanted[i], row[i]), "#{path}: row #{wanted[0]}, #{names[i]}: #{row[i].inspect}, not #{wanted[i].inspect}"
      end
    end
  end

  # What only the command knows: files, lines, its own options.
  def without_files(text)
    text.gsub(/^(customers|team|sent|history)\.csv(:\d+)*: (error|warning): /, '\3: \1: ').gsub(/ \(line \d+\)/, "").lines
        .reject { |line| line.start_with?("hint: ") }.join
  end

  def test_there_are_cases
    assert_operator CASES.size, :>, 100
  end

  CASES.each do |folder|
    define_method("test_#{File.basename(folder)}") do
      errors = File.join(folder, "expected/errors.txt")
      if File.exist?(errors)
        fault = assert_raises(Triax::PolicyError, Triax::DataError, Triax::LimitError) { plan_of(folder) }
        assert_equal without_files(File.read(errors, encoding: "utf-8")), without_files("#{fault.message}\n")
      else
        plan = plan_of(folder)
        Dir[File.join(folder, "expected/*.csv")].sort.each { |path| compare(path, plan.table(File.basename(path, ".csv"))) }
      end
    end
  end
end
