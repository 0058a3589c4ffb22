using System.Text;

namespace CeleryNet.Generators;

/// <summary>How names of C# become names of the wire and of generated members.</summary>
internal static class WireNames
{
    private const string AsyncSuffix = "Async";

    /// <summary>The method's name without a trailing Async; a method called just Async keeps it.</summary>
    public static string TrimAsyncSuffix(string methodName)
        => methodName.Length > AsyncSuffix.Length && methodName.EndsWith(AsyncSuffix, StringComparison.Ordinal)
            ? methodName.Substring(0, methodName.Length - AsyncSuffix.Length)
            : methodName;

    /// <summary>The task name of a method that names none. Celery derives <c>module.function</c>: celery/utils/imports.py gen_task_name</summary>
    public static string DeriveTaskName(string typeName, string methodName) => $"{typeName}.{TrimAsyncSuffix(methodName)}";

    /// <summary>
    /// <c>zipCode</c> is <c>zip_code</c>, <c>URLPath</c> is <c>url_path</c>. A word begins at a capital after a small letter or a digit, and
    /// at the last capital of a row that a small letter follows; the library's JSON naming policy splits the same way.
    /// </summary>
    public static string ToSnakeCase(string name)
    {
        var result = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && StartsWord(name, i))
            {
                result.Append('_');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }

    private static bool StartsWord(string name, int index)
    {
        var previous = name[index - 1];
        return char.IsLower(previous)
            || char.IsDigit(previous)
            || (char.IsUpper(previous) && index + 1 < name.Length && char.IsLower(name[index + 1]));
    }
}
