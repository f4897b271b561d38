# frozen_string_literal: true

# Plans, comparisons, judges, faults, progress, threads and memory through the Ruby binding.
require "minitest/autorun"
require "json"
require "triax"

class TestTriaxPlan < Minitest::Test
  TEXT = <<~YAML
    triax: 1
    name: small company
    currency: {base: USD}
    customers: {key: id}
    team: {key: id}
    health:
      metrics:
        use: {value: active / seats, scale: [[0, 0], [1, 100]]}
      bands: {red: 0, green: 60}
    segmentation:
      by: arr
      segments: [{name: large, at_least: 100k}, {name: small}]
    allocation:
      owner: owner
      capacity: {accounts: {large: 2, small: 4}}
      prefer: [{points: 1, when: customer.owner == csm.id, why: keeps its CSM}]
  YAML
  CUSTOMERS = [
    { id: "A", arr: 3e5, seats: 10, active: 9, owner: "ana" }, { id: "B", arr: 2e5, seats: 10, active: 4, owner: "ana" },
    { id: "C", arr: 5e4, seats: 10, active: nil, owner: "ben" }, { id: "D", arr: 2e4, seats: 10, active: 5, owner: nil }
  ].freeze
  TEAM = [{ id: "ana" }, { id: "ben" }].freeze

  def policy = @policy ||= Triax::Policy.from_yaml(TEXT, name: "p.yaml")
  def plan(**options, &block) = policy.plan(CUSTOMERS, team: TEAM, **options, &block)

  def test_plan_by_hand
    made = plan
    assert_equal %w[large large small small], made.customers[:segment]
    assert_equal [90.0, 40.0, nil, 50.0], made.customers[:health]
    assert_equal %w[ana ana ben ben], made.customers[:csm] # A and B fill ana; C stays, D goes where there is room
    assert_equal({ segment: "large", customers: 2 }, made.segments.first.slice(:segment, :customers))
    assert_equal 4, made.summary[:customers][:count]
    assert made.customers.first.frozen? && made.summary.frozen?
    assert_includes made.tables, :csms
    assert_equal "red", made.explain("B")[:health][:band]
    assert_includes made.explain("B").to_s, "band: red"
    assert made.verify.rules_hold && made.verify.bound_holds
    assert_raises(Triax::NotFound) { made.explain("Z") }
    assert_raises(Triax::NotFound) { made.actions }
    assert_equal "small company", policy.name
    assert_equal "USD", policy.currency
  end

  def test_why_not
    found = plan.why_not("A", "ben")
    assert_kind_of Triax::Facts, found
    assert_includes found.to_s, "ben"
  end

  def test_same_plan_of_all_kinds_of_data
    columns = { id: %w[A B C D], arr: [3e5, 2e5, 5e4, 2e4], seats: [10] * 4, active: [9, 4, nil, 5], owner: ["ana", "ana", "ben", nil] }
    csv = "id,arr,seats,active,owner\nA,300000,10,9,ana\nB,200000,10,4,ana\nC,50000,10,,ben\nD,20000,10,5,\n"
    wanted = plan.customers.to_csv
    [columns, CSV.parse(csv, headers: true, converters: :numeric), CUSTOMERS.map { |row| row.transform_keys(&:to_s) }].each do |data|
      assert_equal wanted, policy.plan(data, team: TEAM).customers.to_csv
    end
  end

  def test_red_arrow
    begin
      require "arrow"
    rescue LoadError
      skip "red-arrow is not installed"
    end
    table = Arrow::Table.new("id" => %w[A B], "arr" => [2e5, 1.0])
    assert_equal %w[large small], policy.plan(table.merge("seats" => [1, 1], "active" => [1, 1], "owner" => %w[ana ben])).customers[:segment]
  end

  def test_faults_have_places
    fault = assert_raises(Triax::PolicyError) { Triax::Policy.from_yaml("triax: 1\nsegmentation: {segmants: []}\n", name: "p.yaml") }
    assert_equal [2, "segmentation", :error], [fault.line, fault.path, fault.messages.first.level]
    assert_includes fault.message, "did you mean 'segments'?"
    fault = assert_raises(Triax::DataError) { policy.plan([{ id: "A", arr: 1.0 }, { id: "A", arr: 2.0 }]) }
    assert_includes fault.message, "A"
    assert_raises(TypeError) { Triax::Table.of([{ id: "A" }, { id: 5 }]) }
    assert_raises(TypeError) { Triax::Policy.from_hash({ triax: Object.new }) }
    assert_raises(ArgumentError) { plan(as_of: "yesterday") }
    assert_raises(ArgumentError) { plan(dates: :us) }
  end

  def test_rows_at_fault_are_set_aside
    whole = { seats: 1, active: 1, owner: nil }
    loaded = policy.customers([{ id: "A", arr: 1, **whole }, { id: nil, arr: 2, **whole }], set_aside: true)
    assert_equal 1, loaded.size
    assert_equal 2, loaded.aside.first[:row]
  end

  def test_a_host_hears_of_the_books_and_may_have_enough
    crowded = Triax::Policy.from_hash({ triax: 1, customers: { key: "id" }, team: { key: "id" },
                                        segmentation: { by: "arr", segments: [{ name: "large", at_least: 5000 }, { name: "small" }] },
                                        allocation: { capacity: { accounts: { large: 17, small: 43 } }, value: "arr" } })
    rows = Array.new(3000) { |j| { id: "c#{j}", arr: 1000.0 + j * 7919 % 9000 } }
    team = Array.new(60) { |i| { id: "m#{i}", fte: 1.0 } }
    heard = []
    crowded.plan(rows, team: team, books: ->(value, bound) { heard << [value, bound] })
    refute_empty heard
    assert(heard.all? { |value, bound| bound <= value })
    enough = crowded.plan(rows, team: team, books: ->(_value, _bound) { :stop })
    assert_equal true, enough.summary[:allocation][:stopped]
    assert_raises(ZeroDivisionError) { crowded.plan(rows, team: team, books: ->(_value, _bound) { 1 / 0 }) }
  end

  def test_check_tells_codes
    plain = Triax::Policy.from_hash({ triax: 1, segmentation: { by: "arr", segments: [{ name: "large", at_least: 1 }, { name: "small" }] } })
    assert_equal(%w[T102], plain.check([{ id: "A1", arr: 5.0 }]).map(&:code)) # by spend alone
    assert_equal(:warning, plain.check([{ id: "A1", arr: 5.0 }]).first.level)
  end

  def test_compare
    other = Triax::Policy.from_yaml(TEXT.sub("100k", "250k"))
    difference = policy.compare(other, CUSTOMERS, team: TEAM)
    assert_equal %w[B], difference.accounts.select { |row| row[:segment_before] != row[:segment_after] }.map { |row| row[:key] }
    assert_kind_of Triax::Facts, difference.summary
    assert_operator Triax.compare(nil, plan).accounts.size, :>, 0
  end

  def test_judge
    judge = plan.judge
    assert_equal 90.0, judge.customer("C", active: 9).health
    assert_equal "large", judge.call({ arr: 150_000, seats: 10, active: 5, nothing: 1 }).segment
    assert_nil judge.call({ arr: 1 }).health
    refute judge.reads?(:nothing)
  end

  def test_history_and_curves
    made = plan(as_of: "2026-11-21", history: [{ customer: "A", date: Date.new(2026, 10, 21), health: 80.0 }], tradeoff: true, hires: true)
    assert_equal "A", made.trend.first[:customer] || made.trend.first[:key]
    assert_includes made.tables, :tradeoff
    assert_raises(Triax::DataError) { plan(as_of: "2026-11-21", history: [{ customer: "A", date: "x", health: 80.0 }]) }
  end

  def test_previous_plan_and_parts
    first = plan(parts: true)
    assert_equal first.customers[:csm], plan(previous: first).customers[:csm]
    assert_equal 90.0, first.metrics.first[:"use.points"]
  end

  def test_health_alone_and_fit
    health = Triax::Health.from_hash({ metrics: { use: { value: "active / seats", scale: [[0, 0], [1, 100]] } }, bands: { red: 0 } })
    assert_equal [90.0, 40.0, nil, 50.0], health.score(CUSTOMERS)[:health]
    # Who uses less than half of the seats churns, but for every tenth.
    rows = Array.new(600) { |i| { id: "C#{i}", seats: 100, active: (i * 37) % 100, arr: 5.0, churned: ((i * 37) % 100 < 50) ^ (i % 10 == 3), owner: nil } }
    fit = Triax::Health.fit(policy, rows, outcome: "churned", metrics: %w[active])
    assert_includes fit.tables, :metrics
    refute_nil fit.section
    text = Triax.replace_yaml(TEXT, "health", fit.section)
    assert_includes text, "name: small company"
    report = Triax::Policy.from_yaml(text).backtest(rows, outcome: "churned")
    assert_kind_of Triax::Facts, report
    assert_raises(Triax::DataError) { Triax::Health.fit(policy, rows.first(20), outcome: "churned") }
  end

  def test_documents_and_yaml
    content = Triax.read_yaml("a: {b: [1, x]}")
    assert_equal({ a: { b: %w[1 x] } }, content)
    assert_equal content, Triax.read_yaml(Triax.write_yaml(content))
    assert_equal 3.0, Triax.round_parts([1.004, 1.004, 0.992], sum: 3.0).sum.round(9)
  end

  def test_aggregates_travel
    above = Triax::Policy.from_hash({ triax: 1, segmentation: { segments: [{ name: "above", when: "arr > mean(arr)" }, { name: "below" }] } })
    parts = [{ id: ["A"], arr: [1.0] }, { id: %w[B C], arr: [2.0, 6.0] }]
    known = nil
    known = Triax::Aggregates.merge(parts.map { |part| Marshal.load(Marshal.dump(above.plan(part, aggregates: known).aggregates)) }) until known&.complete?
    assert_equal [%w[below], %w[below above]], parts.map { |part| above.plan(part, aggregates: known).customers[:segment] }
    assert_equal 0.0, known.error
  end

  def test_assignment
    answer = Triax.assign(cost: [[1, 5, 4], [3, 2, 4]], load: [[2, 2, 2], [2, 2, 2]], capacity: [4, 2])
    assert_equal [[0, 1, 0], 7, true], [answer.agents, answer.figures.cost, answer.figures.optimal]
    assert_equal [7, 0, 0], [answer.check.cost, answer.check.over, answer.check.uncovered]
    assert_equal [[4, 2], [0, 0]], [answer.loads, answer.missing]
    assert_includes answer.message, "cost 7"
    assert_operator answer.proof.bound, :<=, 7
    assert_raises(ArgumentError) { Triax.assign(cost: [[1]], load: [[1, 2]], capacity: [1]) }
  end
end

# What goes on while a call lasts.
class TestTriaxCalls < Minitest::Test
  POLICY = Triax::Policy.from_yaml(TestTriaxPlan::TEXT)
  MANY = { id: Array.new(8_000) { |i| "C#{i}" }, arr: Array.new(8_000) { |i| (i * 7919) % 400_000 }, seats: [10] * 8_000,
           active: Array.new(8_000) { |i| i % 11 }, owner: [nil] * 8_000 }.freeze

  def test_progress_can_stop
    seen = []
    POLICY.plan(MANY) { |stage, done| seen << [stage, done] }
    refute_empty seen
    assert(seen.all? { |_, done| done.between?(0, 1) })
    assert_raises(Triax::Canceled) { POLICY.plan(MANY) { :stop } }
    assert_equal "enough", assert_raises(RuntimeError) { POLICY.plan(MANY) { raise "enough" } }.message
  end

  # Told of as by Logger#add.
  Listener = Struct.new(:lines) do
    def add(severity, line, program) = lines << [severity, line, program]
  end

  def test_log
    Triax.logger = heard = Listener.new([])
    POLICY.plan([{ id: "A", arr: 3e5, seats: 10, active: 9, owner: nil }], team: [{ id: "ana" }])
    assert_includes heard.lines, [1, "customers: rows 1, columns 5", "triax"]
    assert_includes heard.lines, [0, "allocation: customers with a CSM 1 of 1; proven best", "triax"]
    assert_equal [1, "plan: made, customers 1, CSMs 1", "triax"], heard.lines.last
    assert_equal Encoding::UTF_8, heard.lines.last[1].encoding
  ensure
    Triax.logger = nil
  end

  def test_what_a_logger_raises_is_raised
    Triax.logger = Object.new.tap { |full| def full.add(*) = raise(IOError, "full") }
    assert_equal "full", assert_raises(IOError) { POLICY.plan(MANY) }.message
  ensure
    Triax.logger = nil
  end

  def test_interrupt
    reader, writer = IO.pipe
    child = fork do
      reader.close
      told = false
      trap("INT", "DEFAULT") # who runs the tests in the background may have it ignored
      begin
        Triax.assign(cost: Array.new(40) { |i| Array.new(800) { |j| ((i * 31) + (j * 17)) % 97 } },
                     load: Array.new(40) { |i| Array.new(800) { |j| 1 + (((i * 13) + (j * 29)) % 50) } }, capacity: [400] * 40, effort: 1000) do |_, _|
          writer << "." unless told
          told = true
          nil
        end
        writer << "whole"
      rescue Interrupt
        writer << "interrupted"
      end
      writer.close
      exit!(0)
    end
    writer.close
    reader.readpartial(1) # the work has begun
    Process.kill("INT", child)
    said = reader.read
    Process.wait(child)
    assert_includes said, "interrupted"
  end

  def test_other_threads_go_on
    counted = 0
    counter = Thread.new { loop { counted += 1; sleep 0.001 } }
    plans = Array.new(4) { Thread.new { POLICY.plan(MANY, threads: 2).customers.to_csv } }.map(&:value)
    counter.kill
    assert_equal 1, plans.uniq.size
    assert_operator counted, :>, 1
  end

  def test_collected_in_any_order
    customers = POLICY.customers(TestTriaxPlan::CUSTOMERS)
    tables = Array.new(2) do
      plan = POLICY.plan(customers)
      GC.stress = true
      table = plan.customers
      plan = nil
      table[:segment]
      GC.stress = false
      table
    end
    GC.start
    assert_equal(%w[large large small small], tables.last[:segment])
  ensure
    GC.stress = false
  end
end
