using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CeleryNet.Yaml;

/// <summary>
/// Makes good two things that the scanner gets wrong of plain scalars as PyYAML writes them. It takes <c>a *b: 1</c>, a map of the key <c>a *b</c>, for one
/// string, so it is shown another character for an asterisk that can be no alias. And it drops the colon that a scalar begins with when a list in brackets
/// stood before it.
/// </summary>
internal sealed class PlainScalarRepair
{
    private const char Asterisk = '*';
    private const char FirstPrivate = '\ue000';
    private const int MaxCandidates = 16;

    // After these an asterisk may begin an alias.
    private const string BeforeNodes = "-?:,[{";

    private readonly char _standIn;

    public PlainScalarRepair(string text)
    {
        Text = text;
        if (!text.Contains(" *", StringComparison.Ordinal))
        {
            return;
        }

        // When all of them are taken, keys of that kind are refused.
        for (var c = FirstPrivate; c < FirstPrivate + MaxCandidates; c++)
        {
            if (!IsIn(text, c))
            {
                _standIn = c;
                Text = Hide(text, c);
                return;
            }
        }
    }

    /// <summary>What the scanner is to read: of the same length, with the same marks.</summary>
    public string Text { get; }

    /// <summary>The scalar as it was meant.</summary>
    /// <exception cref="MalformedMessageException">It is a key and its value in one.</exception>
    public Scalar Repair(Scalar scalar, bool isBracketed)
    {
        var value = _standIn == default ? scalar.Value : scalar.Value.Replace(_standIn, Asterisk);
        if (scalar.Style == ScalarStyle.Plain && value.Length > 0)
        {
            if (HasValueIndicator(value, Next((int)scalar.End.Index)))
            {
                throw new MalformedMessageException(
                    $"The YAML body has a key without quotes at {scalar.Start} in which a word begins with '*'; it can be read when the key is in quotes.");
            }

            value = !isBracketed && Next((int)scalar.Start.Index - 1) == ':' ? ":" + value : value;
        }

        return (object)value == scalar.Value
            ? scalar
            : new Scalar(scalar.Anchor, scalar.Tag, value, scalar.Style, scalar.IsPlainImplicit, scalar.IsQuotedImplicit, scalar.Start, scalar.End, scalar.IsKey);
    }

    // As itself or, for all that is known of a text before it is read, as an escape of it.
    private static bool IsIn(string text, char c) => text.Contains(c, StringComparison.Ordinal)
        || text.Contains(((int)c).ToString("x4", CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase);

    private char Next(int index) => index >= 0 && index < Text.Length ? Text[index] : '\0';

    // A colon before a blank or at the end is never part of a plain scalar; the key of "a:: 1" is "a:".
    private static bool HasValueIndicator(string value, char next)
    {
        for (var at = value.IndexOf(':', StringComparison.Ordinal); at >= 0; at = value.IndexOf(':', at + 1))
        {
            if (at + 1 == value.Length ? next != ':' : value[at + 1] is ' ' or '\t' or '\n')
            {
                return true;
            }
        }

        return false;
    }

    // An asterisk that follows a word on its line is within a scalar, of whatever style, or in a comment.
    private static string Hide(string text, char standIn) => string.Create(text.Length, (text, standIn), static (hidden, state) =>
    {
        state.text.CopyTo(hidden);
        var last = '\n';
        var isAfterBlank = false;
        for (var i = 0; i < hidden.Length; i++)
        {
            var c = hidden[i];
            if (c is ' ' or '\t')
            {
                isAfterBlank = true;
                continue;
            }

            if (c == Asterisk && isAfterBlank && last is not ('\n' or '\r') && !BeforeNodes.Contains(last, StringComparison.Ordinal))
            {
                hidden[i] = state.standIn;
            }

            last = c;
            isAfterBlank = false;
        }
    });
}
