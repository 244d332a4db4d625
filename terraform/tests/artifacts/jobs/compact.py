# Stands for the job's script: these tests never run it.
