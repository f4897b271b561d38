# frozen_string_literal: true

# Functions that need neither a policy nor a plan.
module Triax
  class << self
    # Where the library's log goes: a Logger, or whatever has its +add+; nil, as it is to begin with: nowhere. It hears of
    # what is made at level INFO, of steps within at DEBUG, and of work that goes on by other means than asked for at WARN.
    attr_accessor :logger

    # Evaluates one expression: once, or for every customer. Values are as CEL writes them; nil where one is missing.
    def evaluate(expression, customers = nil, as_of: nil, aggregates: nil)
      options = Options.plan(as_of)
      options[:aggregates] = aggregates&.pointer
      loaded = customers && Customers.load(customers)
      made = FFI::MemoryPointer.new(:pointer)
      Call.work(:triax_evaluate, Call.context, Call.text(expression), loaded&.pointer, options, made)
      values = Table.take(made.read_pointer)[:value]
      customers ? values : values.first
    end

    # Compares two plans, account by account; without +before+, with the present books.
    def compare(before, after, **options, &progress) = Comparison.of(before, after, progress: progress, **options)

    # Gives items to agents at least cost: see Assignment. The block is told of progress; :stop ends the work early, with
    # the best assignment so far.
    def assign(cost:, load:, capacity:, effort: 1.0, seed: 0, &progress)
      Assignment.solve(cost, load, capacity, effort, seed, progress)
    end

    # A CSV file as a table: see Table.read_csv.
    def read_csv(path, **options) = Table.read_csv(path, **options)

    # Reads YAML (or JSON) as the library does, where every scalar is text.
    def read_yaml(text, name: nil)
      Call.yaml!
      made = FFI::MemoryPointer.new(:pointer)
      said = Call.work(:triax_yaml_read, Call.context, Call.text(text), Call.text(name), made)
      Facts.of(Document.take(made.read_pointer).pointer, said)
    end

    # Writes a policy, or a part of one, as YAML.
    def write_yaml(content)
      Call.yaml!
      document = Document.of(content)
      size = Abi.triax_yaml_write(document.pointer, 0, Call.text(nil), 0, nil, 0) + 1
      buffer = FFI::MemoryPointer.new(:char, size)
      Abi.triax_yaml_write(document.pointer, 0, Call.text(nil), 0, buffer, size)
      Call.utf8(buffer.read_string)
    end

    # Puts a section into a policy's text, in place of the one of this key or where it belongs; the rest stays as it is.
    def replace_yaml(text, key, section, parent: nil)
      Call.yaml!
      document = Document.of(section)
      length = FFI::MemoryPointer.new(:size_t)
      arguments = [Call.context, Call.text(text), Call.text(parent), Call.text(key), document.pointer]
      Call.check(:triax_yaml_replace, *arguments, nil, 0, length)
      size = length.read(:size_t) + 1
      buffer = FFI::MemoryPointer.new(:char, size)
      Call.check(:triax_yaml_replace, *arguments, buffer, size, length)
      Call.utf8(buffer.read_string)
    end

    # Rounds parts so that they sum to their rounded sum, as printed: +decimals+ after the point.
    def round_parts(parts, sum: parts.sum, decimals: 2)
      given = FFI::MemoryPointer.new(:double, [parts.size, 1].max).write_array_of_double(parts.map(&:to_f))
      rounded = FFI::MemoryPointer.new(:double, [parts.size, 1].max)
      Call.check(:triax_round_parts, given, parts.size, sum.to_f, decimals, rounded)
      rounded.read_array_of_double(parts.size)
    end
  end
end
