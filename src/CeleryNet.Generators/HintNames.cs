using System.Globalization;
using System.Text;

namespace CeleryNet.Generators;

/// <summary>Names of generated files, made only of what the compiler takes in one.</summary>
internal static class HintNames
{
    public static string For(string fullName)
    {
        var result = new StringBuilder(fullName.Length);
        foreach (var character in fullName)
        {
            if (char.IsLetterOrDigit(character) || character is '.' or '_')
            {
                result.Append(character);
            }
            else
            {
                result.Append('-').Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
            }
        }

        return result.ToString();
    }
}
