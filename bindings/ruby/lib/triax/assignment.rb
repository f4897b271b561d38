# frozen_string_literal: true

module Triax
  # The generalised assignment problem as such: each item to exactly one agent, no agent above its capacity, least cost.
  #
  #   answer = Triax.assign(cost: [[1, 5, 4], [3, 2, 4]], load: [[2, 2, 2], [2, 2, 2]], capacity: [4, 2])
  #   answer.agents  # => [0, 1, 0]
  class Assignment < Handle
    releases :triax_assignment_unref

    # The answer in figures; bound nil: no assignment of all items holds.
    Figures = Struct.new(:cost, :bound, :uncovered, :missing, :work, :optimal, :stopped, keyword_init: true)
    # What can be checked about the bound: prices, times scale.
    Proof = Struct.new(:kind, :prices, :scale, :bound, keyword_init: true)
    # What a check found, from the problem alone.
    Check = Struct.new(:cost, :bound, :uncovered, :over, :excess, keyword_init: true)
    KINDS = { Abi::ASSIGNMENT_PROOF_NONE => :none, Abi::ASSIGNMENT_PROOF_CAPACITY => :capacity,
              Abi::ASSIGNMENT_PROOF_ITEMS => :items }.freeze
    IMPOSSIBLE = (2**63) - 1
    private_constant :KINDS, :IMPOSSIBLE

    class << self
      def solve(cost, load, capacity, effort, seed, progress)
        items = cost.empty? ? 0 : cost.first.size
        arrays = [matrix(cost, capacity.size, items, "cost"), matrix(load, capacity.size, items, "load"), numbers(capacity)]
        problem = Abi::AssignmentProblem.new
        problem[:struct_size], problem[:agents], problem[:items] = Abi::AssignmentProblem.size, capacity.size, items
        problem[:cost], problem[:load], problem[:capacity] = arrays
        options = Call.options(Abi::AssignmentOptions, :triax_assignment_options_init)
        options[:effort], options[:seed] = effort.to_f, seed
        made = FFI::MemoryPointer.new(:pointer)
        Call.work(:triax_assignment_solve, Call.context, problem, options, made, messages: false, progress: progress)
        take(made.read_pointer).tap { |answer| answer.send(:of, problem, arrays) }
      end

      private

      def numbers(values)
        FFI::MemoryPointer.new(:int64, [values.size, 1].max).write_array_of_int64(values.map { |value| Integer(value) })
      end

      def matrix(rows, agents, items, name)
        return numbers(rows.flatten) if rows.size == agents && rows.all? { |row| row.size == items }

        raise ArgumentError, "#{name} must be #{agents} rows (agents) of #{items} values (items)"
      end
    end

    # Each item's agent; nil for those without.
    def agents = array(:triax_assignment_agents, :uint32).map { |agent| agent == Abi::ASSIGNMENT_NONE ? nil : agent }

    # Each agent's load, never above its capacity.
    def loads = array(:triax_assignment_loads, :int64)

    # By how much each agent's capacity is short in the nearest assignment of all items.
    def missing = array(:triax_assignment_missing, :int64)

    # The answer as one sentence.
    def message = Call.utf8(Abi.triax_assignment_message(pointer))

    def figures
      found = Abi::AssignmentFigures.new
      found[:struct_size] = Abi::AssignmentFigures.size
      Call.check(:triax_assignment_summary, pointer, found)
      plain = %i[cost uncovered missing work].to_h { |name| [name, found[name]] }
      Figures.new(**plain, bound: found[:bound] == IMPOSSIBLE ? nil : found[:bound], optimal: !found[:optimal].zero?,
                           stopped: !found[:stopped].zero?).freeze
    end

    def proof
      found = prove
      prices = found[:count].zero? ? [] : found[:price].read_array_of_int64(found[:count])
      Proof.new(kind: KINDS.fetch(found[:kind]), prices: prices, scale: found[:scale], bound: found[:bound]).freeze
    end

    # Recomputes cost, loads and bound from the problem alone; shares no code with the solver.
    def check
      found = Abi::AssignmentFound.new
      found[:struct_size] = Abi::AssignmentFound.size
      agents = Abi.triax_assignment_agents(pointer, nil)
      Call.check(:triax_assignment_check, Call.context, @problem, agents, prove, found)
      Check.new(**%i[cost bound uncovered over excess].to_h { |name| [name, found[name]] }).freeze
    end

    private

    def of(problem, arrays)
      @problem, @arrays = problem, arrays
    end

    def prove
      found = Abi::AssignmentProof.new
      found[:struct_size] = Abi::AssignmentProof.size
      Call.check(:triax_assignment_prove, pointer, found)
      found
    end

    def array(function, type)
      count = FFI::MemoryPointer.new(:size_t)
      found = Abi.public_send(function, pointer, count)
      count.read(:size_t).zero? ? [] : found.public_send(:"read_array_of_#{type}", count.read(:size_t))
    end
  end
end
