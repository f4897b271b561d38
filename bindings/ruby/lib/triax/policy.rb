# frozen_string_literal: true

module Triax
  # What a company decided about covering its customers.
  #
  #   policy = Triax::Policy.from_hash(triax: 1, segmentation: {by: "arr", segments: [
  #     {name: "large", at_least: "150k"}, {name: "small"}]})
  #   policy.plan([{id: "A1", arr: 410_000}, {id: "A2", arr: 12_000}]).customers[:segment]  # => ["large", "small"]
  class Policy < Handle
    releases :triax_policy_unref

    # Warnings that came up when the policy was made.
    attr_reader :messages

    class << self
      # Reads a policy from a YAML (or JSON) file.
      def load(path) = from_yaml(File.binread(path).force_encoding(Encoding::UTF_8), name: path.to_s)

      # Reads a policy from YAML (or JSON) text. +name+ stands before lines in messages.
      def from_yaml(text, name: nil)
        Call.yaml!
        finish(:triax_yaml_policy, Call.context, Call.text(text), Call.text(name))
      end

      # Makes a policy of a hash with the same words as in YAML. Values are as written there ("750k") or Ruby's own.
      def from_hash(content, name: nil) = finish(:triax_policy_new, Call.context, Document.of(content, name: name).pointer)

      private

      def finish(function, *arguments)
        made = FFI::MemoryPointer.new(:pointer)
        said = Call.work(function, *arguments, made)
        policy = take(made.read_pointer)
        policy.instance_variable_set(:@messages, said)
        policy
      end
    end

    # The policy's name; nil when it has none.
    def name = Call.string(Abi.triax_policy_name(pointer))

    # The base currency, such as "USD".
    def currency = Call.string(Abi.triax_policy_currency(pointer))

    # Loads customers or a team under this policy; what is loaded stays as it is. Options are those of Loaded.load.
    def customers(data, **options) = Customers.load(data, self, **options)
    def team(data, **options) = Team.load(data, self, **options)

    # Makes a plan. Without a team nothing is allocated. +as_of+ is the plan's date, which a policy that counts days needs:
    # the clock is never read. +parts+ keeps each metric's points, +reasons: false+ leaves out the sentence for each
    # customer, +sent+ is the log of what plays sent, +history+ earlier health (customer, date, health), +aggregates+ those of
    # a larger set, +previous+ a plan of nearly the same, from whose books allocation starts. +tradeoff+ asks for the curve
    # between accounts moved and balance, +hires+ whether whom to hire is found by solving again (nil: where at most 2,000
    # accounts are to be owned). The block is told of progress (stage, share done); it ends the work by returning :stop, or
    # by raising. +books+ is called with the value that the books leave uncovered so far and its bound; if it returns :stop
    # they are good enough, and the plan is made with them.
    def plan(customers, team: nil, as_of: nil, parts: false, reasons: true, tradeoff: false, hires: nil, sent: nil,
             history: nil, aggregates: nil, previous: nil, books: nil, threads: 1, **loading, &progress)
      loaded = self.customers(customers, threads: threads, **loading)
      its_team = team && self.team(team, threads: threads, **loading)
      tables = { sent: sent, history: history }.transform_values { |given| given && Table.of(given) }
      options = plan_options(as_of, parts: parts, without_reasons: !reasons, tradeoff: tradeoff)
      options[:hires] = { nil => 0, true => 1, false => -1 }.fetch(hires)
      options[:load] = (text = Options.load(**loading)).to_ptr
      { aggregates: aggregates, previous: previous, **tables }.each { |name, given| options[name] = given&.pointer }
      options[:books] = Call::HEAR if books
      made = FFI::MemoryPointer.new(:pointer)
      said = Call.work(:triax_plan_new, Call.context(threads), pointer, loaded.pointer, its_team&.pointer, options, made,
                       progress: progress, books: books)
      text.size # lives until here
      Plan.take(made.read_pointer).tap { |plan| plan.send(:made_of, self, loaded, its_team, said) }
    end

    # Raises what does not fit, and returns what is known to go wrong: messages with codes. Without customers or team, only
    # what can be known without them is checked. +outcome+ is the column that says who churned.
    def check(customers = nil, team: nil, as_of: nil, sent: nil, history: nil, outcome: nil, threads: 1, &progress)
      loaded = customers && self.customers(customers)
      its_team = team && self.team(team)
      log, past = [sent, history].map { |given| given && Table.of(given) }
      options = Options.plan(as_of)
      column = Call.text(outcome)
      options[:outcome] = column
      options[:sent], options[:history] = log&.pointer, past&.pointer
      said = Call.work(:triax_plan_check, Call.context(threads), pointer, loaded&.pointer, its_team&.pointer, options,
                       progress: progress)
      [*messages, *loaded&.messages, *its_team&.messages, *said]
    end

    # What if: the plans of this policy and of another for one company, side by side. Options are those of #plan.
    def compare(other, customers, causes: true, threads: 1, **options, &progress)
      before, after = [self, other].map { |policy| policy.plan(customers, threads: threads, **options, &progress) }
      Comparison.of(before, after, causes: causes, threads: threads, progress: progress)
    end

    # How well health, or one of the scores, foretold what came: AUC, lift, bands, each with its interval.
    def backtest(customers, outcome:, score: nil, as_of: nil, threads: 1, &progress)
      options = Call.options(Abi::BacktestOptions, :triax_backtest_options_init)
      texts = [Call.text(outcome), Call.text(score)]
      options[:outcome], options[:score] = texts
      Options.day(options, as_of)
      made = FFI::MemoryPointer.new(:pointer)
      said = Call.work(:triax_health_backtest, Call.context(threads), pointer, self.customers(customers).pointer, options, made,
                       progress: progress)
      Facts.of(Document.take(made.read_pointer).pointer, said)
    end

    def inspect = name ? "#<Triax::Policy #{name.inspect}>" : "#<Triax::Policy>"

    private

    def plan_options(as_of, **flags)
      options = Options.plan(as_of)
      flags.each { |name, given| options[name] = given ? 1 : 0 }
      options
    end
  end
end
