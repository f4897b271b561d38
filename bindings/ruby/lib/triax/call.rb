# frozen_string_literal: true

module Triax
  # Owns a reference to an object of the library, which is given back when this is collected.
  class Handle
    class << self
      # The function that gives the reference back, by name; a Method object keeps nothing else alive.
      attr_reader :release

      def releases(function)
        @release = Abi.method(function)
      end

      # Takes over a pointer.
      def take(pointer)
        handle = allocate
        handle.send(:own, pointer)
        handle
      end

      private :new
    end

    # The C pointer; belongs to this object.
    attr_reader :pointer

    private

    def own(pointer)
      @pointer = FFI::AutoPointer.new(pointer, self.class.release)
    end
  end

  # Collects what one call says.
  class MessageList < Handle
    releases :triax_messages_free

    def read
      Array.new(Abi.triax_messages_count(pointer)) { |i| message(i) }.freeze
    end

    private

    def message(number)
      place = Abi::Error.new
      Abi.triax_messages_get(pointer, number, place)
      Message.new(level: LEVELS.fetch(Abi.triax_messages_level(pointer, number)),
                  code: Call.utf8(Abi.triax_messages_code(pointer, number)), line: place[:line], column: place[:column],
                  path: Call.utf8(place[:path].to_s), message: Call.utf8(place[:message].to_s),
                  text: Call.utf8(Abi.triax_messages_text(pointer, number))).freeze
    end
  end

  # Contexts are kept for good, one for each number of threads.
  class Context < Handle
    releases :triax_context_unref
  end

  # Calls into the library: texts, errors, progress, and interrupts while a call lasts.
  module Call
    # What goes on in a thread's call.
    Running = Struct.new(:progress, :raised, :interrupted, :books)

    # Ruby code in a callback has nothing above it but C: what it raises is kept, ends the work, and is raised after it.
    TELL = FFI::Function.new(:int, %i[pointer string double]) do |_user, stage, done|
      running = Thread.current.thread_variable_get(:triax_running)
      next 0 if running.nil?

      begin
        stop = running.interrupted || running.raised || running.progress&.call(stage, done) == :stop
        stop ? 1 : 0
      rescue Exception => fault # rubocop:disable Lint/RescueException
        running.raised ||= fault
        1
      end
    end

    # The same of books while they are searched; what is raised ends the search, and the work at its next progress.
    HEAR = FFI::Function.new(:int, %i[pointer pointer]) do |_user, state|
      running = Thread.current.thread_variable_get(:triax_running)
      next 0 if running.nil? || running.books.nil? || running.raised

      begin
        known = Abi::BooksState.new(state)
        running.books.call(known[:uncovered_value], known[:uncovered_bound]) == :stop ? 1 : 0
      rescue Exception => fault # rubocop:disable Lint/RescueException
        running.raised ||= fault
        1
      end
    end

    # Lines for Triax.logger; what it raises is raised after the call.
    LOG = FFI::Function.new(:void, %i[pointer int32 string]) do |_user, level, line|
      Triax.logger&.add(SEVERITIES.fetch(level, 0), utf8(line), "triax")
    rescue Exception => fault # rubocop:disable Lint/RescueException
      Thread.current.thread_variable_get(:triax_running)&.then { |running| running.raised ||= fault }
    end
    # Logger's numbers, so that the library need not be there: 0 is DEBUG.
    SEVERITIES = { Abi::LEVEL_ERROR => 3, Abi::LEVEL_WARNING => 2, Abi::LEVEL_NOTE => 1, Abi::LEVEL_DETAIL => 0 }.freeze
    private_constant :Running, :TELL, :LOG, :SEVERITIES

    @contexts = {}
    @lock = Mutex.new

    class << self
      def utf8(bytes) = bytes.dup.force_encoding(Encoding::UTF_8).freeze

      def text(value)
        given = Abi::Text.new
        return given if value.nil?

        bytes = value.to_s.encode(Encoding::UTF_8)
        memory = FFI::MemoryPointer.new(:char, bytes.bytesize + 1)
        memory.put_bytes(0, bytes)
        given[:bytes] = memory # the struct keeps it alive
        given[:length] = bytes.bytesize
        given
      end

      def string(text)
        text[:bytes].null? ? nil : utf8(text[:bytes].read_bytes(text[:length]))
      end

      def context(threads = 1)
        raise ArgumentError, "threads: #{threads} is not a number of threads" unless threads.is_a?(Integer) && threads >= 0

        @lock.synchronize { @contexts[threads] ||= make_context(threads) }.pointer
      end

      def options(kind, init)
        made = kind.new
        made[:struct_size] = kind.size
        Abi.public_send(init, made)
        made
      end

      # Calls what takes a triax_error last, and raises what it comes to.
      def check(function, *arguments)
        error = Abi::Error.new
        status = Abi.public_send(function, *arguments, error)
        raise exception(error, status, []) unless status.zero?
      end

      # The same for what gives a pointer before the error.
      def made(function, *arguments)
        place = FFI::MemoryPointer.new(:pointer)
        check(function, *arguments, place)
        place.read_pointer
      end

      # Calls what may take long, without the lock of the interpreter. The block is told of progress; :stop ends the
      # work. Returns the messages.
      def work(function, *arguments, messages: true, progress: nil, books: nil)
        error = Abi::Error.new
        said = messages ? MessageList.take(made(:triax_messages_new, context)) : nil
        status = running(progress, books) { Abi.public_send(function, *arguments, *(said && [said.pointer]), error) }
        found = said ? said.read : [].freeze
        raise exception(error, status, found) unless status.zero?

        found
      end

      def yaml!
        return if Library::WITH_YAML

        raise Unsupported, "libtriax-yaml is not installed here, which reads YAML; from_hash needs no YAML"
      end

      private

      def make_context(threads)
        options = options(Abi::ContextOptions, :triax_context_options_init)
        options[:progress] = TELL
        options[:log] = LOG
        options[:threads] = threads
        Context.take(made(:triax_context_new, options))
      end

      def running(progress, books)
        outer = Thread.current.thread_variable_get(:triax_running)
        mine = Running.new(progress, nil, false, books)
        Thread.current.thread_variable_set(:triax_running, mine)
        status = with_interrupts(mine) { yield }
        raise mine.raised if mine.raised
        raise Interrupt, "" if mine.interrupted

        status
      ensure
        Thread.current.thread_variable_set(:triax_running, outer)
      end

      # Ctrl-C during a call on the main thread ends the work; elsewhere the main thread has it.
      def with_interrupts(mine)
        return yield unless Thread.current == Thread.main

        before = trap("INT") { mine.interrupted = true }
        ignored = before == "IGNORE"
        trap("INT", "IGNORE") if ignored # stays the host's wish
        begin
          yield
        ensure
          trap("INT", before || "DEFAULT") unless ignored
        end
      end

      def exception(error, status, messages)
        kind = KINDS.fetch(status, Error)
        return kind.new(Abi.triax_status_name(status), messages: messages) if error[:status].zero?

        kind.new(utf8(error[:message].to_s), line: error[:line], column: error[:column], path: utf8(error[:path].to_s),
                                             count: error[:count], messages: messages, text: formatted(error))
      end

      def formatted(error)
        size = Abi.triax_error_format(error, nil, nil, 0) + 1
        buffer = FFI::MemoryPointer.new(:char, size)
        Abi.triax_error_format(error, nil, buffer, size)
        utf8(buffer.read_string)
      end
    end
  end
  private_constant :MessageList, :Context, :Call
end
