# frozen_string_literal: true

module Triax
  # A score model: what a policy has under `health:`, without a policy.
  class Health < Handle
    releases :triax_health_unref

    # Warnings that came up when the model was made.
    attr_reader :messages

    class << self
      # Reads a model from a YAML file, whose top level is what a policy has under `health:`.
      def load(path) = from_yaml(File.binread(path).force_encoding(Encoding::UTF_8), name: path.to_s)

      # Reads a model from YAML text.
      def from_yaml(text, name: nil)
        Call.yaml!
        finish(:triax_yaml_health, Call.context, Call.text(text), Call.text(name))
      end

      # Makes a model of a hash with the same words as in YAML.
      def from_hash(content, name: nil) = finish(:triax_health_new, Call.context, Document.of(content, name: name).pointer)

      # Learns a policy's health, or one of its scores, from what came: see Fit.learn.
      def fit(policy, customers, outcome:, **options, &progress) = Fit.learn(policy, customers, outcome: outcome, **options, &progress)

      private

      def finish(function, *arguments)
        made = FFI::MemoryPointer.new(:pointer)
        said = Call.work(function, *arguments, made)
        take(made.read_pointer).tap { |health| health.instance_variable_set(:@messages, said) }
      end
    end

    # Scores every row: a table of health, band, coverage, limit; with +parts+ also of each metric's points and shares.
    def score(customers, as_of: nil, parts: false, &progress)
      options = Call.options(Abi::HealthOptions, :triax_health_options_init)
      options[:parts] = parts ? 1 : 0
      Options.day(options, as_of)
      made = FFI::MemoryPointer.new(:pointer)
      Call.work(:triax_health_score, pointer, Customers.load(customers).pointer, options, made, progress: progress)
      Table.take(made.read_pointer)
    end
  end

  # What was learnt from outcomes. Made by Health.fit.
  class Fit < Tables
    releases :triax_fit_unref
    tables borrow: :triax_fit_table, word: :triax_fit_table_name, summary: :triax_fit_report

    METHODS = { additive: Abi::FIT_ADDITIVE, logistic: Abi::FIT_LOGISTIC }.freeze
    private_constant :METHODS

    # The policy that it was learnt for, the score's name (nil: health), warnings and notes.
    attr_reader :policy, :score, :messages

    class << self
      # +outcome+ is the column that says what came (0 or 1, true or false, yes or no); where it is missing a row is left
      # out. +metrics+ are the columns to learn from, +leaks+ those that know the outcome and are never used, +rising+ and
      # +falling+ those of which more may only be better, or worse. +folds+ is a column of folds. History that is too thin
      # is refused with the numbers (DataError); +force+ learns all the same.
      def learn(policy, customers, outcome:, score: nil, folds: nil, metrics: nil, leaks: [], rising: [], falling: [],
                method: :additive, ridge: 0.0, pairs: 12, force: false, threads: 1, &progress)
        options = Call.options(Abi::FitOptions, :triax_fit_options_init)
        kept = [[:outcome, outcome], [:score, score], [:folds, folds]].map { |name, value| options[name] = Call.text(value) }
        lists = { metrics: metrics, leaks: leaks, rising: rising, falling: falling }
        kept << lists.map { |name, names| list(options, name, names) }
        options[:method] = METHODS.fetch(method.to_sym) { raise ArgumentError, "method: there are #{METHODS.keys.join(', ')}" }
        options[:ridge], options[:pairs], options[:force] = ridge.to_f, pairs.zero? ? -1 : pairs, force ? 1 : 0
        made = FFI::MemoryPointer.new(:pointer)
        said = Call.work(:triax_health_fit, Call.context(threads), policy.pointer, policy.customers(customers).pointer, options,
                         made, progress: progress)
        kept.clear
        take(made.read_pointer).tap { |fit| fit.send(:learnt, policy, score, said) }
      end

      private

      # An array of texts, and their number.
      def list(options, name, names)
        return if names.nil?

        texts = names.map { |text| Call.text(text) }
        memory = FFI::MemoryPointer.new(Abi::Text, [texts.size, 1].max)
        texts.each_with_index { |text, i| memory.put_bytes(i * Abi::Text.size, text.to_ptr.read_bytes(Abi::Text.size)) }
        options[name] = memory
        options[name == :metrics ? :metric_count : name == :leaks ? :leak_count : :"#{name}_count"] = texts.size
        [texts, memory]
      end
    end

    # How it went: verdict, how well it holds out of sample, metrics.
    alias report summary

    # What a policy has under `health:` (or under the score's name): what Health.from_hash takes; nil where there was
    # nothing to learn.
    def section
      found = Abi.triax_fit_section(pointer)
      found.null? ? nil : Facts.of(found)
    end

    private

    def learnt(policy, score, said)
      @policy, @score, @messages = policy, score, said
    end
  end
end
