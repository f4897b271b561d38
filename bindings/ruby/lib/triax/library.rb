# frozen_string_literal: true

require "triax/abi"

module Triax
  # Finds and loads the C libraries: where the environment says (TRIAX_LIBRARY, TRIAX_YAML_LIBRARY: paths), beside this
  # file (lib/triax/native), and where the system keeps its libraries.
  module Library
    ABI_NUMBER = Abi::VERSION_MAJOR
    BUNDLED = File.join(__dir__, "native")

    def self.file_name(name)
      return "#{name}-#{ABI_NUMBER}.dll" if FFI::Platform.windows?

      FFI::Platform.mac? ? "lib#{name}.#{ABI_NUMBER}.dylib" : "lib#{name}.so.#{ABI_NUMBER}"
    end

    def self.candidates(name, variable)
      given = ENV.fetch(variable, "")
      return [given] unless given.empty?

      [File.join(BUNDLED, file_name(name)), file_name(name)]
    end

    # Binds the functions of the first library that is there; nil when none is.
    def self.load(name, variable, functions)
      Abi.attach(candidates(name, variable), functions)
      true
    rescue ::LoadError => fault
      raise if name == "triax" || !ENV.fetch(variable, "").empty?

      warn "triax: #{fault.message}" if $VERBOSE
      false
    rescue FFI::NotFoundError => fault
      raise ::LoadError, "another lib#{name} than this gem was made for: #{fault.message}"
    end

    load("triax", "TRIAX_LIBRARY", Abi::CORE)
    WITH_YAML = load("triax-yaml", "TRIAX_YAML_LIBRARY", Abi::YAML)
    WANTED = (Abi::VERSION_MAJOR * 10_000) + (Abi::VERSION_MINOR * 100) + Abi::VERSION_PATCH
    if Abi.triax_version_number < WANTED
      raise ::LoadError, "libtriax is version #{Abi.triax_version}; this gem needs #{Abi::VERSION} or newer"
    end
  end

  VERSION = Abi::VERSION
end
