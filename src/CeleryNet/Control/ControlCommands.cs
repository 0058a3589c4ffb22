using System.Text.Json;

namespace CeleryNet.Control;

/// <summary>Does what a command asks for, at once: other commands wait meanwhile.</summary>
/// <param name="arguments">The arguments by name; undefined when there are none. Those that are not known are to be passed over.</param>
/// <exception cref="ControlArgumentException">An argument is missing or of the wrong kind.</exception>
internal delegate ControlReply ControlCommand(JsonElement arguments);

/// <summary>The commands a node obeys, by name. Complete before the node starts. celery/worker/control.py Panel</summary>
internal sealed class ControlCommands
{
    private readonly Dictionary<string, ControlCommand> _commands = new(StringComparer.Ordinal);

    /// <summary>The names of the commands.</summary>
    public IReadOnlyCollection<string> Names => _commands.Keys;

    public ControlCommands Add(string name, ControlCommand command)
    {
        _commands.Add(name, command);
        return this;
    }

    /// <summary>Finds a command; null when there is none of the name.</summary>
    public ControlCommand? Find(string name) => _commands.GetValueOrDefault(name);
}

/// <summary>An argument of a command is missing or of the wrong kind: Python's <c>TypeError</c>.</summary>
internal sealed class ControlArgumentException(string message) : Exception(message);
